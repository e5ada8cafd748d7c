"""Writers: one for each format that ranked rows, images and annotations can leave in."""
