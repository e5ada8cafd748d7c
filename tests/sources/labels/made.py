"""Small label files of each format, and what a database has of them."""

import json

from PIL import Image

COCO = {
    "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}, {"id": 3, "file_name": "c.jpg"}],
    "categories": [{"id": 3, "name": "cat"}, {"id": 7, "name": "dog"}],
    "annotations": [
        {"id": 1, "image_id": 2, "category_id": 3, "bbox": [1, 2, 30.5, 40], "area": 77, "iscrowd": 0},
        {"id": 2, "image_id": 1, "category_id": 7, "bbox": [0.1, 0.2, 0.3, 0.4]},
        {"id": 3, "image_id": 2, "category_id": 7, "bbox": [1, 2, 3, 4], "score": 0.5},
    ],
}
VOC = """<annotation><filename>{name}</filename><size><width>100</width><height>50</height><depth>3</depth></size>
{objects}</annotation>"""
VOC_OBJECT = """<object><name>{name}</name><bndbox><xmin>{0}</xmin><ymin>{1}</ymin><xmax>{2}</xmax><ymax>{3}</ymax>
</bndbox></object>"""


def images(folder, *names, size=(100, 50)):
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (10 * index, len(names), 30)).save(folder / name)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def coco(path, **changes):
    return write(path, {**COCO, **changes})


def yolo(root, labels, images_folder="images/train", **config):
    """A YOLO dataset: ``labels`` are text files by name of the image without its suffix."""
    images(root / images_folder, *(f"{name}.jpg" for name in labels))
    for name, text in labels.items():
        if text is not None:
            write(root / images_folder.replace("images", "labels", 1) / f"{name}.txt", text)
    return write(root / "data.yaml", {"train": images_folder, "names": ["cat", "dog"], **config})


def voc(folder, **files):
    """Pascal VOC files by name of the image without its suffix: lists of names and corners."""
    for name, objects in files.items():
        listed = "".join(VOC_OBJECT.format(*corners, name=category) for category, *corners in objects)
        write(folder / f"{name}.xml", VOC.format(name=f"{name}.jpg", objects=listed))


def predictions(db, dataset="d", columns="sample_id, object_index, category, score, bbox, area"):
    return db.engine.rows(f"SELECT {columns} FROM {dataset}.predictions ORDER BY task, sample_id, object_index")


def samples(db, dataset="d"):
    return [row[0] for row in db.engine.rows(f"SELECT sample_id FROM {dataset}.samples ORDER BY 1")]


def notices(report):
    return [str(problem) for problem in report.problems]
