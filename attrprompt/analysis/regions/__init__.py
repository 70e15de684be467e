"""Which regions of the world texts name: finder, figures, references, and lexicons counted the same way.

finder      the places in a text (`find_mentions`), by the codebook in docs/region-codebook.md
rulings     what a person decides about a name; ambiguity lists the names that need it
located     a data set with its mentions (`LocatedSet`)
references  what a set is held against; divergence measures it and compares two sets
figures     all figures of a set (`region_figures`); profile adds texts by place and tables by label or attribute value
resolve     the place that an attribute value names
portraits   what is said about each region, tone included; lexicons counts the words of lists
classified  continents by the attribute classifier, beside the finder's
world       country shapes for an offline map
"""
