"""The three datasets of the demo, as image folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.demo.folders import PIXELS, ImageEntry, ImageFolder, Task
from sqlsel.demo.handwriting import Digits, ink_amount, load_parts, slant_direction, slants
from sqlsel.demo.reading import DigitReader, unit_length
from sqlsel.demo.sheets import PAPERS, Sheet, coarse, find_digits, paper_features, write_sheets

if TYPE_CHECKING:
    import numpy.typing as npt

CLASSIFICATION = "digit_classification"
DETECTION = "digit_detection"
PAPER = "paper_classification"

_DIGITS = tuple(str(digit) for digit in range(10))
_SHEETS, _TRAINING_SHEETS = 120, 60
_SHEET_DIMENSIONS = 16
_DIGIT_KEYS = {
    "digit": "CATEGORICAL_INT",
    "ink.amount": "CATEGORICAL_STRING",
    "ink.share": "NUMERIC_FLOAT",
    "slant.direction": "CATEGORICAL_STRING",
    "slant.degrees": "NUMERIC_FLOAT",
}
_SHEET_KEYS = {"paper": "CATEGORICAL_STRING", "digits": "NUMERIC_INT"}


def make_folders() -> list[ImageFolder]:
    """The folders ``digits``, ``sheets`` and ``misread``; the same in every run.

    ``digits`` are 1,000 images to select from. ``sheets`` are written with held-out digits, which are then found and
    read. ``misread`` are the held-out digits that the classifier gets wrong.
    """
    parts = load_parts()
    reader = DigitReader(parts.training)
    wrong = reader.probabilities(parts.held_out.ink).argmax(axis=1) != parts.held_out.truth
    return [
        _digit_folder("digits", "handwritten digits, each read by a classifier", parts.pool, reader),
        _sheet_folder(parts.training, parts.held_out, reader),
        _digit_folder("misread", "other digits that the classifier gets wrong", parts.held_out.taken(wrong), reader),
    ]


def _digit_folder(name: str, about: str, digits: Digits, reader: DigitReader) -> ImageFolder:
    probabilities, vectors, leans = reader.probabilities(digits.ink), reader.embeddings(digits.ink), slants(digits.ink)
    shares = digits.ink.mean(axis=(1, 2))
    entries = [
        ImageEntry(
            file_name=f"digit_{digits.numbers[row]:04}.png",
            brightness=1 - digits.ink[row],
            metadata={
                "digit": int(digits.truth[row]),
                "ink.amount": ink_amount(shares[row]),
                "ink.share": round(float(shares[row]), 4),
                "slant.direction": slant_direction(leans[row]),
                "slant.degrees": round(float(leans[row]), 2),
            },
            predictions={CLASSIFICATION: [_class(probabilities[row])]},
            embedding=vectors[row],
        )
        for row in range(len(digits))
    ]
    return ImageFolder(name, about, entries, {CLASSIFICATION: Task("classification", _DIGITS)}, _DIGIT_KEYS)


def _sheet_folder(training: Digits, held_out: Digits, reader: DigitReader) -> ImageFolder:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known, sheets = write_sheets(training, _TRAINING_SHEETS, seed=1), write_sheets(held_out, _SHEETS, seed=2)
    papers = [PAPERS.index(sheet.paper) for sheet in known]
    paper_model: Any = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(
        paper_features(known), papers
    )
    looks: Any = PCA(n_components=_SHEET_DIMENSIONS, svd_solver="full").fit(coarse(known))
    vectors = unit_length(looks.transform(coarse(sheets)))
    probabilities = paper_model.predict_proba(paper_features(sheets))
    entries = [
        _sheet_entry(number, sheet, reader, probabilities[number], vectors[number])
        for number, sheet in enumerate(sheets)
    ]
    tasks = {PAPER: Task("classification", PAPERS), DETECTION: Task("object-detection", _DIGITS)}
    return ImageFolder("sheets", "sheets of paper with digits on them, found and read", entries, tasks, _SHEET_KEYS)


def _sheet_entry(
    number: int,
    sheet: Sheet,
    reader: DigitReader,
    paper: npt.NDArray[np.float64],
    vector: npt.NDArray[np.float32],
) -> ImageEntry:
    found = find_digits(sheet)
    ink = np.stack([each.ink for each in found]) if found else np.empty((0, 8, 8))
    objects = [
        {"bbox": [PIXELS * edge for edge in each.box], **_class(row)}
        for each, row in zip(found, reader.probabilities(ink) if found else (), strict=True)
    ]
    return ImageEntry(
        file_name=f"sheet_{number:03}.png",
        brightness=sheet.brightness,
        metadata={"paper": sheet.paper, "digits": sheet.written},
        predictions={PAPER: [_class(paper)], DETECTION: objects},
        embedding=vector,
        object_embeddings={DETECTION: reader.embeddings(ink)} if found else {},
    )


def _class(probabilities: npt.NDArray[np.float64]) -> dict[str, Any]:
    best = int(probabilities.argmax())
    return {
        "category_id": best,
        "score": float(probabilities[best]),
        "probabilities": [float(value) for value in probabilities],
    }
