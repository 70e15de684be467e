"""How much each training text moves the probe, and whether to the better: exact, because the probe is convex.

The probe here is softmax regression on frozen embeddings with a weight w_i for each text:

    θ(w) = argmin Σ w_i ℓ(x_i, y_i; θ) + ‖W‖² ÷ 2C

Its loss L on held-out texts changes with w_i as the implicit function theorem says (influence functions, Koh & Liang
2017): dL/dw_i = -∇L(θ)ᵀ H⁻¹ ∇ℓ_i(θ), where H is the Hessian of the sum above. H is never formed; conjugate gradients
solve H v = ∇L with products alone.

L is the reverse cross-entropy of SunGen and ProGen: Σ -log(one-hot) × p, with log 0 set to a constant, is that constant
times 1 - p(y). It is bounded, so a held-out text with a wrong label pulls no harder than a right one (Ghosh et al.
2017, Wang et al. 2019).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

PENALTY = 1.0
_RIDGE = 1e-6  # a constant added to all intercepts changes nothing; this keeps the Hessian invertible all the same
_NEWTON_STEPS = 25
_SOLVER_STEPS = 200
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Problem:
    """Training texts: vectors with a last column of ones for the intercept, and one-hot classes."""

    vectors: Floats
    classes: Floats

    @classmethod
    def make(cls, vectors: NDArray[np.floating], codes: Codes, classes: int) -> Problem:
        """A problem from embeddings and class numbers."""
        rows = np.hstack([np.asarray(vectors, dtype=np.float64), np.ones((len(codes), 1))])
        return cls(rows, np.eye(classes)[codes])

    def probabilities(self, coefficients: Floats) -> Floats:
        """Of each class for each text."""
        logits = self.vectors @ coefficients
        logits -= logits.max(axis=1, keepdims=True)
        shares: Floats = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        return shares


def fit(problem: Problem, weights: Floats, start: Floats | None = None) -> Floats:
    """The coefficients of the weighted probe, by Newton's method; `start` of a problem close by saves steps."""
    features, classes = problem.vectors.shape[1], problem.classes.shape[1]
    coefficients = np.zeros((features, classes)) if start is None else start.copy()
    for _ in range(_NEWTON_STEPS):
        shares = problem.probabilities(coefficients)
        gradient = problem.vectors.T @ (weights[:, None] * (shares - problem.classes)) + _penalise(coefficients)
        if np.abs(gradient).max() < _TOLERANCE * max(1.0, float(weights.sum())):
            break
        step = solve(_hessian(problem, weights, shares), gradient)
        coefficients = _descend(problem, weights, coefficients, step, gradient)
    return coefficients


def robust_loss(problem: Problem, coefficients: Floats) -> float:
    """Mean of 1 - p(y) over held-out texts; 0 is best."""
    return float(1 - (problem.probabilities(coefficients) * problem.classes).sum(axis=1).mean())


def measure_influence(training: Problem, weights: Floats, coefficients: Floats, held_out: Problem) -> Floats:
    """dL/dw_i of each training text: below 0 the text helps, above 0 it harms.

    Args:
        coefficients: of the probe fitted with these weights.
        held_out: texts on which the robust loss is taken.
    """
    shares = held_out.probabilities(coefficients)
    right = (shares * held_out.classes).sum(axis=1, keepdims=True)
    slope = held_out.vectors.T @ (right * (shares - held_out.classes)) / len(shares)
    trained = training.probabilities(coefficients)
    direction = solve(_hessian(training, weights, trained), slope)
    influence: Floats = -((trained - training.classes) * (training.vectors @ direction)).sum(axis=1)
    return influence


def solve(product: Callable[[Floats], Floats], target: Floats) -> Floats:
    """Find v with product(v) = target, by conjugate gradients; the product is symmetric and positive definite."""
    found = np.zeros_like(target)
    residual = target.copy()
    direction = residual.copy()
    norm = float((residual * residual).sum())
    enough = norm * _TOLERANCE**2
    for _ in range(_SOLVER_STEPS):
        if norm <= enough or norm == 0:
            break
        image = product(direction)
        length = norm / float((direction * image).sum())
        found += length * direction
        residual -= length * image
        following = float((residual * residual).sum())
        direction = residual + following / norm * direction
        norm = following
    return found


def _hessian(problem: Problem, weights: Floats, shares: Floats) -> Callable[[Floats], Floats]:
    def multiply(direction: Floats) -> Floats:
        moved = problem.vectors @ direction
        moved = shares * (moved - (shares * moved).sum(axis=1, keepdims=True))
        image: Floats = problem.vectors.T @ (weights[:, None] * moved) + _penalise(direction)
        return image

    return multiply


def _descend(problem: Problem, weights: Floats, coefficients: Floats, step: Floats, gradient: Floats) -> Floats:
    """A Newton step, halved until the objective falls."""
    before = _objective(problem, weights, coefficients)
    slope = float((gradient * step).sum())
    size = 1.0
    while size > 1e-4:
        moved = coefficients - size * step
        if _objective(problem, weights, moved) <= before - 1e-4 * size * slope:
            return moved
        size /= 2
    return coefficients


def _objective(problem: Problem, weights: Floats, coefficients: Floats) -> float:
    right = (problem.probabilities(coefficients) * problem.classes).sum(axis=1)
    fit_loss = -(weights * np.log(np.maximum(right, 1e-300))).sum()
    return float(fit_loss + (_penalise(coefficients) * coefficients).sum() / 2)


def _penalise(coefficients: Floats) -> Floats:
    """The slope of the penalty: 1 ÷ C on the weights, next to nothing on the intercepts."""
    penalty = coefficients / PENALTY
    penalty[-1] = _RIDGE * coefficients[-1]
    return penalty
