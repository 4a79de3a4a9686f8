//! Comparisons of arms: Bayesian, frequentist, sequential, bandit, CUPED.

use crate::case::{Answer, Case, bounds, map, number, numbers, out, outs};
use insight::bayesian::{self, EffectPrior, Posterior};
use insight::figure::{self, Absent};
use insight::frequentist::{self, Difference, Test};
use insight::moments::{self, Measured, Sums};
use insight::sequential::{BetaPrior, TUNING_UNITS};
use serde_json::Value;

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    let inputs = &case.inputs;
    if let (Some(pre), Some(post)) = (case.list("pre"), case.list("post")) {
        return Some(moments::cuped_theta(&pre, &post).map(|theta| map([("theta", out(theta))])));
    }
    if !inputs["arms_k_n"].is_null() {
        return Some(beta_best(case));
    }
    if inputs["arms"].as_array().is_some_and(|arms| arms.iter().all(Value::is_object)) {
        return Some(mean_best(case));
    }
    if inputs["control"]["kind"].is_string() {
        return Some(measured_arms(case));
    }
    let pair = |key: &str| numbers(&inputs[key]).filter(|pair| pair.len() == 2);
    let (control, treatment) = (pair("control")?, pair("treatment")?);
    inputs["prior"].is_array().then(|| beta_duel(case, &control, &treatment))
}

/// One arm in the manner of gbstats.
fn arm(value: &Value) -> figure::Answer<Measured> {
    let get = |key: &str| number(&value[key]).ok_or(Absent::Invalid("an arm lacks a sum"));
    let n = get("n")? as u64;
    match value["kind"].as_str() {
        Some("proportion") => Ok(Measured::proportion(n, get("sum")?)),
        Some("mean") => Ok(Measured::mean(n, sums(value)?)),
        Some("ratio") => {
            let (numerator, denominator) = (arm(&value["num"])?, arm(&value["den"])?);
            let shared = moments::covariance(
                n,
                get("sum_products")?,
                number(&value["num"]["sum"]).unwrap_or(0.0),
                number(&value["den"]["sum"]).unwrap_or(0.0),
            );
            Ok(Measured::ratio(n, &numerator, &denominator, shared))
        }
        _ => Err(Absent::Invalid("a kind of arm not understood")),
    }
}

fn sums(value: &Value) -> figure::Answer<Sums> {
    match (number(&value["sum"]), number(&value["sum_squares"])) {
        (Some(sum), Some(sum_squares)) => Ok(Sums { sum, sum_squares }),
        _ => Err(Absent::Invalid("an arm lacks a sum")),
    }
}

fn measured_arms(case: &Case) -> Answer {
    let (control, treatment) = (arm(&case.inputs["control"])?, arm(&case.inputs["treatment"])?);
    let difference = match case.inputs["difference"].as_str() {
        Some("absolute") => Difference::Absolute,
        _ => Difference::Relative,
    };
    if case.words.contains("bayesian") {
        return effect(case, &control, &treatment, difference);
    }
    let got = frequentist::compare(&control, &treatment, difference, test(case), case.alpha())?;
    Ok(map([
        ("expected", out(got.difference)),
        ("ci", bounds(got.interval)),
        ("p_value", out(got.p)),
        ("se", out(got.error)),
    ]))
}

/// The sides of a test stand in the peer's class name.
fn test(case: &Case) -> Test {
    if case.words.contains("sequential") {
        Test::Sequential { tuning: case.f64("sequential_tuning_parameter").unwrap_or(TUNING_UNITS) }
    } else if case.words.contains("greater") {
        Test::Greater
    } else if case.words.contains("lesser") || case.words.contains("less_") {
        Test::Less
    } else {
        Test::TwoSided
    }
}

fn effect(case: &Case, control: &Measured, treatment: &Measured, difference: Difference) -> Answer {
    let prior = &case.inputs["prior"];
    let proper = prior["proper"].as_bool().unwrap_or(true);
    let prior = match (number(&prior["mean"]), number(&prior["variance"])) {
        (Some(mean), Some(variance)) if proper => Some(EffectPrior { mean, variance }),
        _ => None,
    };
    let got = bayesian::effect_posterior(control, treatment, difference, prior, case.alpha())?;
    let inverse = case.inputs["inverse"].as_bool().unwrap_or(false);
    let (chance, risk) = if inverse {
        (1.0 - got.chance_to_win, [got.risk_treatment, got.risk_control])
    } else {
        (got.chance_to_win, [got.risk_control, got.risk_treatment])
    };
    Ok(map([
        ("expected", out(got.mean)),
        ("ci", bounds(got.interval)),
        ("chance_to_win", out(chance)),
        ("sd", out(got.deviation)),
        ("risk", outs(&risk)),
    ]))
}

fn prior(case: &Case) -> BetaPrior {
    match case.list("prior").as_deref() {
        Some([a, b]) => BetaPrior { a: *a, b: *b },
        _ => BetaPrior::UNIFORM,
    }
}

fn posterior(pair: &[f64], prior: BetaPrior) -> figure::Answer<Posterior> {
    Posterior::new(pair[0] as u64, pair[1] as u64, prior)
}

fn beta_duel(case: &Case, control: &[f64], treatment: &[f64]) -> Answer {
    let (a, b) = (posterior(control, prior(case))?, posterior(treatment, prior(case))?);
    let duel = bayesian::duel(a, b);
    let level = case.level();
    Ok(map([
        ("prob_b_beats_a", out(duel.b_beats_a)),
        ("loss_choosing_b", out(duel.loss_choosing_b)),
        ("loss_choosing_a", out(duel.loss_choosing_a)),
        ("mean_a", out(a.mean())),
        ("mean_b", out(b.mean())),
        ("ci_a", bounds(a.interval(level))),
        ("ci_b", bounds(b.interval(level))),
    ]))
}

fn beta_best(case: &Case) -> Answer {
    let arms = case.inputs["arms_k_n"].as_array().cloned().unwrap_or_default();
    let arms: figure::Answer<Vec<Posterior>> =
        arms.iter().map(|pair| posterior(&numbers(pair).unwrap_or_default(), prior(case))).collect();
    let best = bayesian::probability_best(&arms?)?;
    let weights = bayesian::bandit_weights(&best, case.f64("floor").unwrap_or(0.0));
    Ok(map([("prob_best", outs(&best)), ("weights", outs(&weights))]))
}

fn mean_best(case: &Case) -> Answer {
    let arms = case.inputs["arms"].as_array().cloned().unwrap_or_default();
    let arms: Vec<(f64, f64)> = arms
        .iter()
        .map(|value| arm(value).map(|arm| (arm.mean, arm.squared_error().sqrt())))
        .collect::<figure::Answer<_>>()?;
    let best = bayesian::probability_best_mean(&arms)?;
    let weights = bayesian::bandit_weights(&best, case.f64("floor").unwrap_or(0.0));
    Ok(map([("best_arm", outs(&best)), ("weights", outs(&weights))]))
}
