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
entry-passkey-asked = Passkey asked for
entry-passkey-added = Passkey added
entry-passkey-removed = Passkey removed
entry-passkey-doubted = Passkey may have been copied
entry-provider-asked = Sign-in at another house begun
entry-identity-linked = Identity of another house linked
entry-identity-removed = Linked identity removed
