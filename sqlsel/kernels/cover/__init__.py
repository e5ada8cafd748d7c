"""What COVERAGE is computed with: cosines to a reference, the cover of it, and bounds of what every row would add.

``cosines`` gives cosines in blocks; ``covered`` follows the cover and settles rows in double; ``rises`` bounds what all
rows add: at first all of them are ``shown`` what takes much off, and then the ``pairs`` that matter are ``listed``, in
``lists`` that get shorter; ``most`` picks by these bounds; ``summed`` makes them apart from a run; ``sampled`` says
what is worth doing.
"""
