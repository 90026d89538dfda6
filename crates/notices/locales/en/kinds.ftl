# Names of journal entries
entry-delivery-failed = Webhook given up on
entry-delivery-replayed = Delivery sent again
entry-follow-created = Follow begun
entry-follow-removed = Follow ended
entry-inbox-read = Inbox read
entry-notice-read = Message read
entry-notice-settings-changed = Notice settings changed
entry-notice-unsubscribed = Mails ended
entry-notices-key-made = Key of the notices made
entry-mail-address-asked = Mail address asked for
entry-mail-address-confirmed = Mail address confirmed
entry-mail-address-removed = Mail address removed
entry-saved-search-created = Search saved
entry-saved-search-removed = Saved search removed
entry-webhook-created = Webhook made
entry-webhook-removed = Webhook removed
