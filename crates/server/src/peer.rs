//! Whose request it is, as far as an address tells.

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Each proxy appends the address it was called from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The asker's address: the peer's, or with `proxies` of our own in front what the outermost of them wrote down. What
/// stands further to the left in the header was written by the asker, and is never believed.
pub fn of(request: &Request, proxies: usize) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    behind(peer, request.headers(), proxies)
}

/// See [`of`].
pub fn behind(peer: Option<IpAddr>, headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let Some(hops_before) = proxies.checked_sub(1) else { return peer };
    let lines = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let written: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let at = written.len().checked_sub(hops_before + 1)?;
    let text = written[at];
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// One network of IPv6 is one asker: it has more addresses than anybody can count.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        let peer: Option<IpAddr> = "10.0.0.9".parse().ok();
        // (header lines, proxies, asker)
        let table: [(&[&str], usize, Option<&str>); 9] = [
            (&["6.6.6.6"], 0, Some("10.0.0.9")),
            (&["192.0.2.1"], 1, Some("192.0.2.1")),
            (&["6.6.6.6, 192.0.2.1"], 1, Some("192.0.2.1")),
            (&["6.6.6.6", "192.0.2.1"], 1, Some("192.0.2.1")),
            (&["6.6.6.6, 192.0.2.1, 10.0.0.8"], 2, Some("192.0.2.1")),
            (&["[2001:db8::1]:4711"], 1, Some("2001:db8::1")),
            (&["junk"], 1, None),
            (&["192.0.2.1"], 2, None),
            (&[], 1, None),
        ];
        for (lines, proxies, want) in table {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, line.parse().unwrap());
            }
            let want: Option<IpAddr> = want.map(|ip| ip.parse().unwrap());
            assert_eq!(behind(peer, &headers, proxies), want, "{lines:?} {proxies}");
        }
    }
}
