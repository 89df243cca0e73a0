"""A packet beyond a limit comes in parts: no document is cut, and each part holds the whole contents."""

import dataclasses
import re

import pikepdf
import pytest

from documents.packets.errors import PacketBlocked, PacketFailed
from documents.packets.manifest import dump_manifest
from tests.documents.packets.test_verify import verify


@pytest.fixture
def seven(desk):
    for name in "abcdefg":
        desk.lay_pages(name, *[f"{name.upper()}{number}." for number in range(1, 5)])
    return desk


def test_no_part_is_over_the_page_limit_and_no_document_is_cut(seven, read):
    built = seven.build(most_pages=14)

    assert len(built.volumes) > 1
    placed = []
    for number, volume in enumerate(built.volumes, start=1):
        manifest = volume.manifest
        assert volume.pages <= 14
        assert manifest["volume"] == {"number": number, "of": len(built.volumes)}
        with pikepdf.open(volume.path) as pdf:
            assert len(pdf.pages) == volume.pages
        for part in (part for part in manifest["parts"] if part["volume"] == number):
            placed.append(part["position"])
            name = "abcdefg"[part["position"] - 1].upper()
            for offset in range(4):
                text = read(volume.path, part["first_page"] + offset)
                assert f"{name}{offset + 1}." in text
                assert f"page {part['first_page'] + offset} of {volume.pages}" in text
    assert placed == [1, 2, 3, 4, 5, 6, 7]


def test_each_part_says_where_every_document_is(seven, read):
    built = seven.build(most_pages=14)

    for number, volume in enumerate(built.volumes, start=1):
        rows = [line for line in read(volume.path, 2, "-layout").splitlines() if "2026-11-20" in line]
        assert len(rows) == 7
        shown = re.findall(r"第 (\d) 册 part (\d)", " ".join(read(volume.path, 2, "-raw").split()))
        assert shown == [(str(part["volume"]),) * 2 for part in volume.manifest["parts"]]
        assert f"{number} of {len(built.volumes)}" in read(volume.path, 1)
        assert f"K-2026-000123 / 2 ({number}/{len(built.volumes)})" in read(volume.path, 3)


def test_each_part_is_verified_by_its_own_manifest(seven):
    built = seven.build(most_pages=14)

    for volume in built.volumes:
        manifest = volume.path.with_suffix(".json")
        manifest.write_text(dump_manifest(volume.manifest), "utf-8")
        assert verify(volume.path, manifest)[0] == 0
    first, second = built.volumes[0].path, built.volumes[1].path
    code, said = verify(first, second.with_suffix(".json"))
    assert code == 1 and "part 2 of" in said


def test_a_size_limit_splits_too(desk):
    for number in range(3):
        desk.lay_sample("degree-certificate-scan.pdf", f"Certificate {number}", "证书")
        last = desk.documents[-1]
        desk.documents[-1] = dataclasses.replace(last, requirement_code=f"certificate-{number}")
    alone = desk.documents[0].size

    built = desk.build(most_bytes=alone + 1_600_000)

    assert len(built.volumes) == 3
    assert all(volume.size <= alone + 1_600_000 for volume in built.volumes)


def test_a_document_that_alone_is_over_a_limit_is_named(seven):
    with pytest.raises(PacketBlocked) as blocked:
        seven.build(most_pages=3)
    assert [blocker.code for blocker in blocked.value.blockers] == ["over_page_limit"] * 7
    assert "“a.pdf” (A) alone has 4 pages" in blocked.value.blockers[0].cure.en

    with pytest.raises(PacketFailed) as failed:
        seven.build(most_pages=5)
    assert failed.value.code == "over_limit_with_contents"


def test_the_same_limits_give_the_same_parts(seven):
    first, second = seven.build(most_pages=14), seven.build(most_pages=14)

    assert [volume.sha256 for volume in first.volumes] == [volume.sha256 for volume in second.volumes]
