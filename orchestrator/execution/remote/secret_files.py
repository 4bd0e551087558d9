"""Files that by their name hold a password, a token or a private key. They are not sent."""

from pathspec import GitIgnoreSpec

_PATTERNS = """
.env
.env.*
.envrc
.aws/
.azure/
.boto
.config/gcloud/
.docker/
.git-credentials
.gnupg/
.htpasswd
.huggingface/
.kaggle/
.kube/
.my.cnf
.netrc
.npmrc
.pgpass
.pypirc
.s3cfg
.ssh/
.streamlit/
.vault-token
_netrc
*.jks
*.kdbx
*.key
*.keystore
*.p12
*.pem
*.pfx
*.ppk
*.tfstate
application_default_credentials.json
client_secret*.json
credentials
credentials.json
id_dsa*
id_ecdsa*
id_ed25519*
id_rsa*
kaggle.json
secrets.json
secrets.toml
secrets.yaml
secrets.yml
service[-_]account*.json
"""

SECRETS = GitIgnoreSpec.from_lines(_PATTERNS.split())
"""For names in lower case, relative to any folder; a folder's name ends with "/"."""


def looks_secret(name: str) -> bool:
    """Whether a file, or a folder that it is in, has such a name. name: a path with "/"."""
    return SECRETS.match_file(name.lower())
