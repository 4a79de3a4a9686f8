//! What the address of a list asks for, so that every link on its page asks for the same and something else.

use crate::api::query::Params;
use crate::app::App;
use crate::pages::href::with_query;

/// Parameters that do not narrow a list down.
const NO_FILTERS: [&str; 3] = ["livemode", "limit", "after"];

/// The parameters of an address, as they were written, in the order of the page's form. The mode is always set: pages
/// show one at a time (SPEC H13).
#[derive(Clone, Debug)]
pub(in crate::pages) struct Asked(Vec<(&'static str, Option<String>)>);

impl Asked {
    /// Reads `names`, and which page of the list.
    pub(in crate::pages) fn read(app: &App, params: &mut Params, names: &[&'static str]) -> Self {
        let livemode = params.truth("livemode").unwrap_or_else(|| app.config.livemode());
        let mut pairs = vec![("livemode", Some(livemode.to_string()))];
        pairs.extend(names.iter().chain(&["limit", "after"]).map(|name| (*name, params.text(name))));
        Self(pairs)
    }

    /// A mode, and nothing else.
    pub(in crate::pages) fn mode(livemode: bool) -> Self {
        Self(vec![("livemode", Some(livemode.to_string()))])
    }

    /// Live or test.
    pub(in crate::pages) fn livemode(&self) -> bool {
        self.get("livemode") == "true"
    }

    /// A parameter; empty when it is not there.
    pub(in crate::pages) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(other, _)| *other == name);
        found.and_then(|(_, value)| value.as_deref()).unwrap_or_default()
    }

    /// A parameter, when it is there.
    pub(in crate::pages) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// The same from the first page, with another value of one parameter.
    pub(in crate::pages) fn with(&self, name: &'static str, value: Option<&str>) -> Self {
        let mut pairs = self.0.clone();
        pairs.retain(|(other, _)| *other != name && *other != "after");
        pairs.push((name, value.map(str::to_owned)));
        Self(pairs)
    }

    /// The same list in one mode.
    pub(in crate::pages) fn in_mode(&self, livemode: bool) -> Self {
        let mut asked = self.with("after", None);
        for (name, value) in &mut asked.0 {
            if *name == "livemode" {
                *value = Some(livemode.to_string());
            }
        }
        asked
    }

    /// Everything of this mode.
    pub(in crate::pages) fn unfiltered(&self) -> Self {
        Self(self.0.iter().filter(|(name, _)| NO_FILTERS[..2].contains(name)).cloned().collect())
    }

    /// True when more than the mode is asked for.
    pub(in crate::pages) fn is_filtered(&self) -> bool {
        self.0.iter().any(|(name, value)| value.is_some() && !NO_FILTERS.contains(name))
    }

    /// What narrows the list down, for hidden fields.
    pub(in crate::pages) fn filters(&self) -> Vec<(&'static str, String)> {
        let there = self.0.iter().filter_map(|(name, value)| Some((*name, value.clone()?)));
        there.filter(|(name, _)| *name == "livemode" || !NO_FILTERS.contains(name)).collect()
    }

    /// As an address under `path`.
    pub(in crate::pages) fn href(&self, path: &str) -> String {
        with_query(path, self.0.iter().map(|(name, value)| (*name, value.as_deref())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_ask_for_the_same_and_something_else() {
        let some = |text: &str| Some(text.to_owned());
        let asked = Asked(vec![
            ("livemode", some("true")),
            ("status", some("paid")),
            ("q", some("Zoë & co")),
            ("limit", None),
            ("after", some("1.pi_1")),
        ]);
        let want = "/payments?livemode=true&status=paid&q=Zo%C3%AB%20%26%20co&after=1.pi_1";
        assert_eq!(asked.href("/payments"), want);
        assert_eq!(asked.in_mode(false).href("/p"), "/p?livemode=false&status=paid&q=Zo%C3%AB%20%26%20co");
        assert_eq!(asked.unfiltered().href("/p"), "/p?livemode=true");
        assert_eq!(asked.with("q", None).href("/p"), "/p?livemode=true&status=paid");
        assert!(asked.is_filtered() && asked.livemode() && !asked.unfiltered().is_filtered());
        assert_eq!(asked.filters().len(), 3);
    }
}
