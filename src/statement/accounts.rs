//! Which account a label leads to.

use super::profile::Profile;
use super::rows::StatementAccount;
use crate::ledger::{Account, AccountId, name};

/// Where the rows of a label go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountChoice {
    /// To this account.
    Known(AccountId),
    /// To one that is opened.
    Open,
    /// Nowhere: the profile opens none.
    None,
    /// Several accounts fit: their names.
    Ambiguous(Vec<String>),
    /// The account that was named has another unit.
    OtherUnit(AccountId),
}

/// Returns where the rows of a label go. `named` is what `--account` or the user's rules say.
pub fn choose(
    label: &StatementAccount,
    named: Option<AccountId>,
    profile: Option<&Profile>,
    accounts: &[Account],
) -> AccountChoice {
    let check = |account: &Account| match account.unit == label.unit {
        true => AccountChoice::Known(account.id),
        false => AccountChoice::OtherUnit(account.id),
    };
    if let Some(account) = named.and_then(|id| accounts.iter().find(|account| account.id == id)) {
        return check(account);
    }
    let labels = [Some(&label.label), label.label_ko.as_ref()];
    let called = labels.into_iter().flatten().find_map(|label| {
        let folded = name::fold_case(label);
        accounts.iter().find(|account| name::fold_case(&account.name) == folded)
    });
    if let Some(account) = called.filter(|account| account.unit == label.unit) {
        return AccountChoice::Known(account.id);
    }
    let platform = profile.and_then(|profile| profile.platform.as_deref());
    let fits: Vec<&Account> = accounts
        .iter()
        .filter(|account| !account.closed && account.unit == label.unit)
        .filter(|account| platform.is_some() && account.platform.as_deref() == platform)
        .collect();
    match fits.as_slice() {
        [one] => AccountChoice::Known(one.id),
        [] if profile.is_some_and(|profile| profile.open) => AccountChoice::Open,
        [] => AccountChoice::None,
        many => AccountChoice::Ambiguous(many.iter().map(|account| account.name.clone()).collect()),
    }
}
