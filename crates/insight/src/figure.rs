//! What every method answers with: a value with its interval, n, method and state, or the reason why there is none.

use std::fmt;

/// Two bounds at a level. An infinite bound means "none on this side" (one-sided tests); no bound is ever NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// From its bounds.
    pub fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// `centre` ± `half`.
    pub fn around(centre: f64, half: f64) -> Self {
        Self { low: centre - half, high: centre + half }
    }

    /// Whether `value` lies in it, bounds included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Both bounds times `factor` > 0.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }
}

/// Why a method gives no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Nothing was observed.
    NoData,
    /// Fewer observations than the method needs.
    TooFew {
        /// What there is.
        have: u64,
        /// What it takes.
        needed: u64,
    },
    /// All observations are alike.
    NoVariation,
    /// A relative difference to a baseline of zero.
    ZeroBaseline,
    /// Only one of the two outcomes, or only one group.
    OneClass,
    /// Fewer than two groups.
    OneGroup,
    /// Columns of the regression are exact combinations of others.
    Collinear,
    /// A column separates the outcomes: the likelihood has no maximum (use the penalised form).
    Separated,
    /// The iteration did not settle.
    NotConverged,
    /// The curve does not get there yet (such as a median above the largest time).
    NotReached,
    /// An argument outside the method's domain, named.
    Invalid(&'static str),
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoData => f.write_str("no data yet"),
            Self::TooFew { have, needed } => write!(f, "insufficient: {have} of {needed} needed"),
            Self::NoVariation => f.write_str("all observations are alike"),
            Self::ZeroBaseline => f.write_str("the baseline is zero, so there is no relative difference"),
            Self::OneClass => f.write_str("all journeys ended the same way"),
            Self::OneGroup => f.write_str("one group: nothing to compare with"),
            Self::Collinear => f.write_str("some elements always appear together"),
            Self::Separated => f.write_str("an element separates paid from unpaid completely"),
            Self::NotConverged => f.write_str("the estimate did not settle"),
            Self::NotReached => f.write_str("not reached"),
            Self::Invalid(what) => write!(f, "not computable: {what}"),
        }
    }
}

/// A method's answer.
pub type Answer<T> = Result<T, Absent>;

/// How a figure was computed; shown beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Plain counting.
    Count,
    /// 1 − Kaplan–Meier at the horizon, log-log interval.
    KaplanMeier,
    /// Aalen–Johansen cumulative incidence, log-log interval.
    AalenJohansen,
    /// Beta(½, ½) posterior on exposure-weighted n.
    ExposureBeta,
    /// Mean with Student's t interval.
    StudentMean,
    /// Always-valid interval of a mean.
    AsymptoticSequence,
    /// Always-valid interval of a proportion.
    BetaMixtureSequence,
    /// Percentile bootstrap.
    Bootstrap,
    /// Kaplan–Meier quantile, log-log interval.
    KaplanMeierQuantile,
    /// Wilson's score interval.
    Wilson,
    /// Beta-binomial shrinkage over the groups.
    BetaBinomial,
    /// Logistic regression, average marginal effect.
    Logistic,
    /// Firth's penalised logistic regression, average marginal effect.
    Firth,
    /// Piecewise-exponential model of the payment rate, average marginal effect at the horizon.
    PiecewiseExponential,
    /// Observed against expected, exact Poisson–binomial.
    PoissonBinomial,
    /// Ridge logistic times the pooled delay curve.
    RidgeDelay,
    /// The pooled rate given the age, nothing more.
    BaseRate,
    /// Simulated sum over open journeys and new starts.
    Simulation,
    /// The same days a year before.
    YearBefore,
}

impl Method {
    /// For people: what is written beside the figure.
    pub fn label(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::KaplanMeier => "Kaplan–Meier, log-log interval",
            Self::AalenJohansen => "Aalen–Johansen, log-log interval",
            Self::ExposureBeta => "Beta(½, ½) on exposure-weighted n",
            Self::StudentMean => "mean, Student's t interval",
            Self::AsymptoticSequence => "asymptotic confidence sequence",
            Self::BetaMixtureSequence => "beta-mixture confidence sequence",
            Self::Bootstrap => "percentile bootstrap",
            Self::KaplanMeierQuantile => "Kaplan–Meier quantile",
            Self::Wilson => "Wilson score interval",
            Self::BetaBinomial => "beta-binomial shrinkage",
            Self::Logistic => "logistic regression, marginal effect",
            Self::PiecewiseExponential => "piecewise-exponential model, marginal effect",
            Self::Firth => "Firth logistic regression, marginal effect",
            Self::PoissonBinomial => "exact Poisson–binomial",
            Self::RidgeDelay => "ridge logistic × pooled delay curve",
            Self::BaseRate => "base rate given age",
            Self::Simulation => "simulated paths",
            Self::YearBefore => "as much as a year before",
        }
    }
}

/// Whether a figure may be read as a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Enough data for the method.
    Ready,
    /// A number is given, yet below the gate for any verdict: `needed` in all.
    Insufficient {
        /// What there is.
        have: u64,
        /// What it takes.
        needed: u64,
    },
    /// Only an upper bound can be given: nothing has been paid.
    UpperBound,
    /// Only a lower bound can be given: everything has been paid.
    LowerBound,
    /// There is no number, for this reason.
    Absent(Absent),
}

/// A number as a page shows it. `value` and `interval` are `None` when undefined, never NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The estimate.
    pub value: Option<f64>,
    /// Its interval, at 95 % unless the report says otherwise.
    pub interval: Option<Interval>,
    /// Journeys it rests on.
    pub n: u64,
    /// How it was computed.
    pub method: Method,
    /// Whether it may be read as a finding.
    pub state: State,
}

impl Figure {
    /// A figure that does not exist.
    pub fn absent(n: u64, method: Method, why: Absent) -> Self {
        Self { value: None, interval: None, n, method, state: State::Absent(why) }
    }

    /// A figure ready to be read.
    pub fn ready(value: f64, interval: Option<Interval>, n: u64, method: Method) -> Self {
        Self { value: Some(value), interval, n, method, state: State::Ready }
    }
}
