#include "wire/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cstring>

namespace bedplate::wire {
namespace {

constexpr unsigned char kOffered[] = "\x02h2\x08http/1.1";
constexpr std::size_t kRecordBytes = 16 * 1024;

ErrorCode last_tls_error() {
  const unsigned long code = ERR_get_error();
  if (code == 0) return boost::asio::ssl::error::stream_truncated;
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return boost::asio::error::connection_reset;  // the end came without its announcement
  }
  return {static_cast<int>(code), boost::asio::error::get_ssl_category()};
}

std::string tls_error_text() {
  char text[256] = "unknown error";
  if (const unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  return text;
}

// A BIO of our own, because OpenSSL's writes raise SIGPIPE when the peer is gone.
int bio_write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const auto socket = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  const ssize_t count = ::send(socket, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (count < 0 && BIO_sock_should_retry(-1)) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int bio_read(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const auto socket = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  const ssize_t count = ::recv(socket, data, static_cast<std::size_t>(size), 0);
  if (count < 0 && BIO_sock_should_retry(-1)) BIO_set_retry_read(bio);
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(count);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, FreeSsl>;

class TlsTransport final : public Transport {
 public:
  TlsTransport(Socket socket, Ssl ssl) : Transport(std::move(socket)), ssl_(std::move(ssl)) {
    BIO* bio = BIO_new(bio_method());
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket_.native_handle())));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
  }

  Task<> handshake() override;
  std::string certificate_problem() const override;
  std::size_t try_read(boost::asio::mutable_buffer buffer, ErrorCode& error) override;
  std::size_t try_write(const Pieces& pieces, ErrorCode& error) override;
  void end_writing() override;
  bool hung_up() override;
  bool secure() const override { return true; }
  TlsFacts tls_facts() const override {
    return {SSL_get_version(ssl_.get()), SSL_get_cipher_name(ssl_.get())};
  }
  bool negotiated_http2() const override;

 private:
  /// What an unsuccessful SSL_ call means; sets `waits_for` when it is to be repeated.
  ErrorCode outcome(int result, Socket::wait_type& waits_for);

  Ssl ssl_;
};

ErrorCode TlsTransport::outcome(int result, Socket::wait_type& waits_for) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      waits_for = Socket::wait_read;
      return boost::asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      waits_for = Socket::wait_write;
      return boost::asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return boost::asio::error::eof;
    case SSL_ERROR_SYSCALL:
      if (errno != 0) return {errno, boost::system::system_category()};
      return boost::asio::error::connection_reset;
    default:
      return last_tls_error();
  }
}

Task<> TlsTransport::handshake() {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) co_return;
    Socket::wait_type waits_for = Socket::wait_read;
    const ErrorCode error = outcome(result, waits_for);
    if (error != boost::asio::error::would_block) throw boost::system::system_error(error);
    co_await wait(waits_for);
  }
}

std::string TlsTransport::certificate_problem() const {
  const long result = SSL_get_verify_result(ssl_.get());
  return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
}

std::size_t TlsTransport::try_read(boost::asio::mutable_buffer buffer, ErrorCode& error) {
  if (!socket_.is_open()) {
    error = boost::asio::error::bad_descriptor;
    return 0;
  }
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
  error = result == 1 ? ErrorCode() : outcome(result, read_waits_for_);
  return count;
}

// Small pieces leave as one record. Their sum may be larger when this is called again after
// would_block, never smaller: OpenSSL insists on that.
std::size_t TlsTransport::try_write(const Pieces& pieces, ErrorCode& error) {
  if (!socket_.is_open()) {
    error = boost::asio::error::bad_descriptor;
    return 0;
  }
  thread_local char record[kRecordBytes];
  std::size_t size = 0;
  for (const auto& piece : pieces) {
    const std::size_t step = std::min(piece.size(), kRecordBytes - size);
    std::memcpy(record + size, piece.data(), step);
    size += step;
  }
  error = {};
  if (size == 0) return 0;
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), record, size, &count);
  if (result != 1) error = outcome(result, write_waits_for_);
  return count;
}

void TlsTransport::end_writing() {
  if (!socket_.is_open()) return;
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  Transport::end_writing();
}

// The alert that announces the end comes before the end itself, sometimes long before.
bool TlsTransport::hung_up() {
  if (!socket_.is_open()) return true;
  ERR_clear_error();
  char byte;
  const int result = SSL_peek(ssl_.get(), &byte, 1);
  if (result <= 0 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) return true;
  return Transport::hung_up();
}

bool TlsTransport::negotiated_http2() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return size == 2 && std::memcmp(name, "h2", 2) == 0;
}

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned in_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kOffered, sizeof kOffered - 1, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301, 3.2
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

SSL_CTX* new_context(const SSL_METHOD* method) {
  SSL_CTX* context = SSL_CTX_new(method);
  if (!context) throw std::runtime_error("TLS is not available: " + tls_error_text());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets need no memory of ours
  // An idle connection keeps no record buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

Ssl new_ssl(SSL_CTX* context) {
  Ssl ssl(SSL_new(context));
  if (!ssl) throw std::bad_alloc();
  return ssl;
}

}  // namespace

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

std::shared_ptr<TlsContext> TlsContext::for_server(const TlsFiles& files) {
  ERR_clear_error();
  std::shared_ptr<TlsContext> made(new TlsContext(new_context(TLS_server_method())));
  SSL_CTX* context = made->context_;
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_chain_path.c_str()) != 1) {
    throw std::runtime_error(fmt::format("cannot use the certificate {}: {}",
                                         files.certificate_chain_path, tls_error_text()));
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.private_key_path.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error(
        fmt::format("cannot use the private key {}: {}", files.private_key_path, tls_error_text()));
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    throw std::runtime_error(fmt::format("the private key {} does not belong to the certificate {}",
                                         files.private_key_path, files.certificate_chain_path));
  }
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  return made;
}

std::shared_ptr<TlsContext> TlsContext::for_client() {
  std::shared_ptr<TlsContext> made(new TlsContext(new_context(TLS_client_method())));
  SSL_CTX_set_default_verify_paths(made->context_);
  SSL_CTX_set_verify(made->context_, SSL_VERIFY_PEER, nullptr);
  return made;
}

std::unique_ptr<Transport> TlsContext::accept(Socket socket) {
  Ssl ssl = new_ssl(context_);
  SSL_set_accept_state(ssl.get());
  return std::make_unique<TlsTransport>(std::move(socket), std::move(ssl));
}

std::unique_ptr<Transport> TlsContext::connect(Socket socket, const std::string& host) {
  Ssl ssl = new_ssl(context_);
  SSL_set_connect_state(ssl.get());
  constexpr unsigned char kHttp1[] = "\x08http/1.1";
  SSL_set_alpn_protos(ssl.get(), kHttp1, sizeof kHttp1 - 1);
  ErrorCode not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  if (not_an_address) {
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    SSL_set1_host(ssl.get(), host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
  }
  return std::make_unique<TlsTransport>(std::move(socket), std::move(ssl));
}

}  // namespace bedplate::wire
