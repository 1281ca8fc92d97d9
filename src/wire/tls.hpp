// TLS over a Transport's socket, with OpenSSL.
#pragma once

#include <memory>
#include <string>

#include "wire/server.hpp"
#include "wire/transport.hpp"

struct ssl_ctx_st;

namespace bedplate::wire {

/// Certificates and settings that connections share. TLS 1.2 and later. Immutable.
class TlsContext {
 public:
  /// Throws std::runtime_error with a text for the person who named the files. Offers h2 and
  /// http/1.1 by ALPN.
  static std::shared_ptr<TlsContext> for_server(const TlsFiles& files);
  /// Trusts what the system trusts. The environment's SSL_CERT_FILE and SSL_CERT_DIR name that
  /// for OpenSSL.
  static std::shared_ptr<TlsContext> for_client();
  ~TlsContext();

  std::unique_ptr<Transport> accept(Socket socket);
  /// Asks for `host` and accepts a certificate for that name or address only.
  std::unique_ptr<Transport> connect(Socket socket, const std::string& host);

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

}  // namespace bedplate::wire
