A = "«aws-id 1»"  # keylift: ignore
B = "«aws-id 2»"  # keylift: ignore[aws-access-key-id]
C = "«aws-id 3»"  # keylift: ignore[stripe-live-key]
D = "«aws-id 4»"  # gitleaks:allow
E = "«aws-id 5»"  # pragma: allowlist secret
