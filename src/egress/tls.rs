//! Whom to believe: one TLS configuration for all that leaves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::SetupError;

/// Mozilla's authorities and those in `ca_files`; TLS 1.2 and 1.3; sessions are resumed.
pub(super) fn config(ca_files: &[PathBuf]) -> Result<ClientConfig, SetupError> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for path in ca_files {
        add_file(&mut roots, path).map_err(|source| SetupError::Authorities {
            path: path.clone(),
            source,
        })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Client(error.into()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// `config` for connections that speak nothing newer than HTTP/1.1.
pub(super) fn http1_only(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

fn add_file(
    roots: &mut RootCertStore,
    path: &Path,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(path)? {
        roots.add(certificate?)?;
    }
    if roots.len() == before {
        return Err("there is no certificate in it".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused_by_name() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        for path in [empty.path(), Path::new("/nonexistent/ca.pem")] {
            let error = config(&[path.to_owned()]).unwrap_err().to_string();
            assert!(error.contains(path.to_str().unwrap()), "{error}");
        }
    }
}
