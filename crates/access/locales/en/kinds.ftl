# Names of journal entries
entry-access-changed = Sign-in requirements changed
entry-factor-begun = Second factor begun
entry-factor-confirmed = Second factor confirmed
entry-factor-removed = Second factor removed
entry-factor-lifted = Second factor lifted
entry-factor-codes-made = Recovery codes made
entry-factor-code-spent = Recovery code spent
entry-proof-given = Identity proved again
entry-reset-asked = New password asked for
