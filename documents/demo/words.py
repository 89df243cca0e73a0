"""What the sample staff write into notes, decisions and waivers."""

STEP_NOTES = {
    "nationality_opinion": "Opinion of our counsel, on file: Chinese nationality was lost on naturalisation.",
    "screening_explained": "Video call: what is certain, what nobody has published, and no work on K alone.",
    "post_page_read": "Page read today; it does not name K. Asked by e-mail what they want to see. (Sample data.)",
    "translations_checked": "Compared line by line with the original: names, dates and certificate number agree.",
    "form_submitted": "Submitted with the candidate on a call; the confirmation page is saved.",
    "passport_called": "The status now says “Passport to be submitted”.",
    "passport_handed_in": "Handed in by the candidate in person, with the pick-up form as receipt.",
    "visa_fee": "Paid by card at the counter; receipt photographed.",
    "decision_recorded": "The candidate read the result to us by telephone.",
    "sticker_read": "Single entry, 30 days of stay: less than was asked for. Employer and candidate told.",
    "address_recorded": "Serviced flat near the institute; the landlord registers new guests.",
}
OTHER_STEP = "Done with the candidate."
PAPER_SEEN = "Original seen at our office; a copy is in the paper file."
HANDED_OVER = "Received by courier, in order."

DECISIONS = {
    "K-AGE": "No limit is published. The consulate answered our mail that it takes applications of this age.",
    "K-INST": "Not on any list, since there is none; the note on the institution names rankings and programmes.",
    "K-STEM": "We take the field to count: the programme is mostly laboratory science. Explained to the candidate.",
    "K-CHILD": "Birth certificate seen: neither parent was Chinese at the time.",
}
OTHER_DECISION = "Asked the consulate by telephone; it accepts the application."
