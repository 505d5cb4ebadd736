//! The profiles that are part of the program.

/// A profile that is part of the program.
pub struct BuiltInProfile {
    /// Its id.
    pub id: &'static str,
    /// Its text.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/built_in_profiles.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::profile::parse_profile;

    #[test]
    fn every_built_in_profile_is_free_of_faults() {
        assert!(!BUILT_IN_PROFILES.is_empty());
        for built_in in BUILT_IN_PROFILES {
            let profile =
                parse_profile(built_in.text).unwrap_or_else(|faults| panic!("{}: {faults:#?}", built_in.id));
            assert_eq!(profile.id, built_in.id);
        }
    }
}
