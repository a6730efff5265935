//! Which addresses may be reached.
//!
//! A provider's address comes from a connector, a connection's form or a DNS answer, and any of
//! them may point inwards: at the host itself, at its neighbours, at a cloud's metadata service
//! that hands out credentials. Only what is public is reached, unless the operator allows more.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// IPv4 outside the public Internet: IANA's special-purpose registry, multicast and class E.
const REFUSED_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

/// All that is public in IPv6 (RFC 4291 §2.4); the rest is refused without being listed.
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// What is not public in it: protocol assignments (Teredo among them) and documentation.
const REFUSED_V6: &[Ipv6Net] = &[
    v6([0x2001, 0, 0], 23),
    v6([0x2001, 0xdb8, 0], 32),
    v6([0x3fff, 0, 0], 20),
];

/// Where clouds hand out credentials to whoever asks. Some of these addresses are public.
const METADATA: &[IpAddr] = &[
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// Decides about addresses.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allow: Vec<IpNet>,
}

/// The address may not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is in a network that may not be reached")]
pub struct Forbidden;

impl Guard {
    /// A guard that lets through what is public, and what is in `allow`.
    pub fn new(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// Whether `ip` may be reached.
    ///
    /// An IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4) is judged
    /// by that one, because that is where its packets go. Metadata services are refused even
    /// within an allowed network, unless the operator allows exactly that address.
    pub fn check(&self, ip: IpAddr) -> Result<(), Forbidden> {
        let ip = ip.to_canonical();
        if self.allows(ip) {
            return Ok(());
        }
        let refused = match ip {
            _ if METADATA.contains(&ip) => true,
            IpAddr::V4(ip) => REFUSED_V4.iter().any(|net| net.contains(&ip)),
            IpAddr::V6(ip) => match embedded(ip) {
                Some(inner) => return self.check(IpAddr::V4(inner)),
                None => !PUBLIC_V6.contains(&ip) || REFUSED_V6.iter().any(|net| net.contains(&ip)),
            },
        };
        if refused { Err(Forbidden) } else { Ok(()) }
    }

    fn allows(&self, ip: IpAddr) -> bool {
        let target = match ip {
            IpAddr::V6(ip) => embedded(ip).map_or(IpAddr::V6(ip), IpAddr::V4),
            IpAddr::V4(_) => ip,
        };
        let exact_only = METADATA.contains(&target);
        self.allow.iter().any(|net| {
            net.contains(&ip) && (!exact_only || net.prefix_len() == net.max_prefix_len())
        })
    }
}

/// The IPv4 address that `ip` leads to: IPv4-compatible (RFC 4291 §2.5.5.1), NAT64 (RFC 6052
/// §2.1) or 6to4 (RFC 3056 §2). Mapped addresses have become IPv4 before.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let (high, low) = match ip.segments() {
        [0, 0, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => (high, low),
        [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    Some(Ipv4Addr::from_bits(
        (u32::from(high) << 16) | u32::from(low),
    ))
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c]: [u16; 3], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guard(allow: &[&str]) -> Guard {
        Guard::new(allow.iter().map(|net| net.parse().unwrap()).collect())
    }

    fn passes(guard: &Guard, ip: &str) -> bool {
        guard.check(ip.parse().unwrap()).is_ok()
    }

    #[test]
    fn what_is_not_public_is_refused() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:10.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fe80::1",
            "fe80::a9fe:a9fe",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!passes(&guard(&[]), ip), "{ip}");
        }
    }

    #[test]
    fn what_is_public_is_reached() {
        for ip in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(passes(&guard(&[]), ip), "{ip}");
        }
    }

    #[test]
    fn the_operator_opens_networks() {
        for (allow, ip, passes_now) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "172.16.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("127.0.0.0/8", "127.0.0.1", true),
            ("::1/128", "::1", true),
            ("::1/128", "127.0.0.1", false),
            ("fd00::/8", "fd12::1", true),
            ("::/0", "127.0.0.1", false),
            ("::/0", "::ffff:127.0.0.1", false),
        ] {
            assert_eq!(passes(&guard(&[allow]), ip), passes_now, "{allow} {ip}");
        }
    }

    #[test]
    fn metadata_services_are_opened_only_by_their_own_address() {
        for ip in METADATA {
            for wide in ["0.0.0.0/0", "::/0"] {
                assert_eq!(guard(&[wide]).check(*ip), Err(Forbidden), "{ip} {wide}");
            }
            let exact = Guard::new(vec![IpNet::from(*ip)]);
            assert_eq!(exact.check(*ip), Ok(()), "{ip}");
        }
        let wide = guard(&["0.0.0.0/0", "::/0"]);
        for ip in [
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::",
        ] {
            assert!(!passes(&wide, ip), "{ip}");
        }
    }

    proptest! {
        #[test]
        fn an_embedded_address_fares_like_the_address_itself(bits: u32) {
            let inner = Ipv4Addr::from_bits(bits);
            let guard = guard(&["10.9.0.0/16"]);
            let judged = guard.check(inner.into());
            let (high, low) = ((bits >> 16) as u16, bits as u16);
            for outer in [
                inner.to_ipv6_mapped(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ] {
                prop_assert_eq!(guard.check(outer.into()), judged, "{}", outer);
            }
        }

        #[test]
        fn nothing_outside_global_unicast_passes(bits: u128) {
            let ip = Ipv6Addr::from_bits(bits);
            if !PUBLIC_V6.contains(&ip) && embedded(ip).is_none() && ip.to_ipv4_mapped().is_none() {
                prop_assert_eq!(Guard::default().check(ip.into()), Err(Forbidden));
            }
        }

        #[test]
        fn allowing_more_never_refuses_more(bits: u32, net: u32, prefix in 0u8..=32) {
            let ip = IpAddr::V4(Ipv4Addr::from_bits(bits));
            let net = Ipv4Net::new(Ipv4Addr::from_bits(net), prefix).unwrap();
            let wider = Guard::new(vec![net.into()]);
            prop_assert!(Guard::default().check(ip).is_err() || wider.check(ip).is_ok());
        }
    }
}
