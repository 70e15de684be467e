"""Analysis of stored data sets: what is asked, which texts that names, and the job that answers it.

`attrprompt.analysis` computes on texts and vectors and knows no store; this package brings the two together.
"""
