"""Which sample file stands for which requirement, under the name it was sent with."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


@dataclass(frozen=True, slots=True)
class Paper:
    """`days_old`: its own date of issue, counted back from the day it is accepted."""

    sample: str
    sent_as: str
    days_old: int = 12

    def open(self) -> BinaryIO:
        return (SAMPLES / self.sample).open("rb")


Papers = dict[str, tuple[Paper, ...]]

PASSPORT = Paper("passport-data-page.jpg", "IMG_2041.jpg")
PHOTO = Paper("photo-compliant.jpg", "visa-photo.jpg", days_old=20)
BAD_PHOTO = Paper("photo-noncompliant.jpg", "selfie.jpg", days_old=3)
CV = Paper("cv.pdf", "CV.pdf")
DEGREE = Paper("degree-certificate.pdf", "Degree certificate.pdf")
DEGREE_SCAN = Paper("degree-certificate-scan.pdf", "Scan_0007.pdf")
TRANSCRIPT = Paper("transcript.pdf", "Transcript of records.pdf")
LETTER = Paper("employer-letter.pdf", "Employer letter, signed.pdf", days_old=9)
POLICE = Paper("police-certificate.pdf", "Police certificate.pdf", days_old=15)
TRANSLATION = Paper("translation-zh.pdf", "学位证书译文.pdf")

# Whatever is not here was brought to the office on paper.
USUAL: Papers = {"passport": (PASSPORT,), "photo_digital": (PHOTO,)}
USUAL_IN_CHINESE: Papers = {
    "passport": (Paper("passport-data-page.jpg", "护照资料页.jpg"),),
    "photo_digital": (Paper("photo-compliant.jpg", "签证照片.jpg", days_old=20),),
    "degree": (Paper("degree-certificate.pdf", "学位证书.pdf"),),
}
ALL_OF_ANNAS: Papers = {
    "passport": (PASSPORT,),
    "photo_digital": (PHOTO,),
    "cv": (CV,),
    "degree": (DEGREE, DEGREE_SCAN),
    "transcript": (TRANSCRIPT,),
    "police": (POLICE,),
    "translation": (TRANSLATION,),
}
