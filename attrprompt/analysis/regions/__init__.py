"""Which regions of the world texts name: finder, figures, references, and lexicons counted the same way.

finder      the places in a text (`find_mentions`), by the codebook in docs/region-codebook.md
rulings     what a person decides about a name; ambiguity lists the names that need it
located     a data set with its mentions (`locate`)
references  what a set is held against; divergence measures it and compares two sets
figures     all figures of a set (`region_figures`) and tables by label or attribute value
asked       asked × found for place dimensions; resolve reads a place from an attribute value
portraits   what is said about each region; tone and lexicons are measures for it
world       country shapes for an offline map
"""
