//! Calibration of predictions, revenue of raw values, shrinkage of rates.

use crate::case::{Answer, Case, bounds, map, number, numbers, or_null, out, outs};
use insight::calibration::{self, SamePrediction, Scored};
use insight::figure::{self, Absent};
use insight::moments::Measured;
use insight::{exact, frequentist, quantile, rank, shrinkage};
use serde_json::Value;

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    let inputs = &case.inputs;
    if let (Some(p), Some(y)) = (case.list("p"), case.list("y")) {
        return Some(calibration(&p, &y));
    }
    if let (Some(p), Some(observed)) = (case.list("p"), case.u64("k").or_else(|| case.u64("observed"))) {
        return Some(surprise(&p, observed));
    }
    if inputs["groups"].as_array().is_some_and(|groups| groups.iter().all(|g| !g["p"].is_null())) {
        return Some(decomposition(inputs["groups"].as_array()?));
    }
    if let (Some(control), Some(treatment)) = (case.list("control"), case.list("treatment")) {
        return Some(revenue(case, control, treatment));
    }
    if let Some(values) = case.list("values") {
        return Some(spread(&values));
    }
    if let (Some(first), Some(cycle), Some(times)) =
        (case.f64("first"), case.list("then_repeat"), case.u64("times"))
    {
        let rest = cycle.iter().copied().cycle().take(cycle.len() * times as usize);
        return Some(spread(&std::iter::once(first).chain(rest).collect::<Vec<_>>()));
    }
    let (successes, n) = (case.list("successes")?, numbers(&inputs["n"])?);
    Some(shrunk(&successes, &n))
}

fn calibration(p: &[f64], y: &[f64]) -> Answer {
    let scored = Scored::new(p.iter().zip(y).map(|(p, y)| (*p, *y != 0.0)))?;
    let observed = scored.paid();
    let surprise = exact::poisson_binomial(p, observed as usize)?;
    let line = scored.line();
    Ok(map([
        ("brier", out(scored.brier())),
        ("log_loss", out(scored.log_loss())),
        ("auc", or_null(scored.auc())),
        ("ece10", out(scored.expected_calibration_error(10))),
        ("spiegelhalter_z", or_null(scored.spiegelhalter_z())),
        ("brier_skill", or_null(scored.brier_skill())),
        ("expected_paid", out(surprise.expected)),
        ("observed_paid", observed.into()),
        ("poisson_binomial_pmf_at_obs", out(surprise.at_observed)),
        ("p_lower_tail", out(surprise.lower)),
        ("p_upper_tail", out(surprise.upper)),
        ("p_two_sided_minlike", out(surprise.two_sided)),
        ("calib_intercept", or_null(line.map(|line| line.intercept))),
        ("calib_slope", or_null(line.map(|line| line.slope))),
    ]))
}

fn surprise(p: &[f64], observed: u64) -> Answer {
    let found = exact::poisson_binomial(p, observed as usize)?;
    Ok(map([
        ("expected_paid", out(found.expected)),
        ("observed_paid", observed.into()),
        ("poisson_binomial_pmf_at_obs", out(found.at_observed)),
        ("p_lower_tail", out(found.lower)),
        ("p_upper_tail", out(found.upper)),
        ("p_two_sided_minlike", out(found.two_sided)),
    ]))
}

fn decomposition(groups: &[Value]) -> Answer {
    let groups: Option<Vec<SamePrediction>> = groups
        .iter()
        .map(|g| {
            let (n, k) = (number(&g["n"])? as u64, number(&g["k"])? as u64);
            Some(SamePrediction { p: number(&g["p"])?, n, k })
        })
        .collect();
    let murphy = calibration::murphy(&groups.ok_or(Absent::Invalid("p, n and k are needed"))?)?;
    Ok(map([
        ("brier", out(murphy.brier)),
        ("reliability", out(murphy.reliability)),
        ("resolution", out(murphy.resolution)),
        ("uncertainty", out(murphy.uncertainty)),
    ]))
}

fn revenue(case: &Case, mut control: Vec<f64>, mut treatment: Vec<f64>) -> Answer {
    let mut got = map([]);
    if case.wants("u") {
        let test = rank::mann_whitney(&control, &treatment)?;
        return Ok(map([
            ("u", out(test.u)),
            ("p", out(test.p)),
            ("cliffs_delta", out(test.delta)),
            ("delta", out(test.delta)),
        ]));
    }
    if let Some(q) = case.f64("cap_quantile") {
        let mut pooled: Vec<f64> = control.iter().chain(&treatment).copied().collect();
        let cap = quantile::type_7(&mut pooled, q)?;
        control.iter_mut().chain(&mut treatment).for_each(|x| *x = x.min(cap));
        got.insert("cap".to_owned(), out(cap));
    }
    let (a, b) = (Measured::of(&control)?, Measured::of(&treatment)?);
    got.insert("mean_control".to_owned(), out(a.mean));
    got.insert("mean_treatment".to_owned(), out(b.mean));
    let test = frequentist::welch(&a, &b, case.alpha())?;
    got.insert("t".to_owned(), out(test.difference / test.error));
    got.insert("df".to_owned(), out(test.dof));
    got.insert("p".to_owned(), out(test.p));
    got.insert("ci".to_owned(), bounds(test.interval));
    Ok(got)
}

fn spread(values: &[f64]) -> Answer {
    let measured = Measured::of(values)?;
    Ok(map([
        ("mean", out(measured.mean)),
        ("variance", out(measured.variance)),
        ("sd", out(measured.variance.sqrt())),
    ]))
}

fn shrunk(successes: &[f64], n: &[f64]) -> Answer {
    let groups: Vec<(f64, f64)> = successes.iter().copied().zip(n.iter().copied()).collect();
    let fit: figure::Answer<_> = shrinkage::fit(&groups);
    let fit = fit?;
    let rates: Vec<f64> = groups.iter().map(|(k, n)| fit.shrunk(*k, *n)).collect();
    Ok(map([
        ("alpha", out(fit.alpha)),
        ("beta", out(fit.beta)),
        ("loglik", out(fit.log_likelihood)),
        ("shrunk", outs(&rates)),
    ]))
}
