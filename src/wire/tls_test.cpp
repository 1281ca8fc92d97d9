// The server over TLS, with our own client and with OpenSSL's.
#include "wire/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>

#include "wire/client.hpp"
#include "wire/server_for_test.hpp"

namespace bedplate::wire {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    std::string name = (fs::temp_directory_path() / "wireXXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    directory_ = name;
    files_ = {directory_ / "sub" / "cert.pem", directory_ / "key.pem"};
    generate_certificate_blocking(files_, "bedplate.example");
  }
  ~TlsTest() override { fs::remove_all(directory_); }

  fs::path directory_;
  TlsFiles files_;
};

/// A blocking TLS client that verifies the server by the test's certificate.
class TlsSocket {
 public:
  TlsSocket(std::uint16_t port, const TlsFiles& files, const std::string& host,
            std::string_view protocols, int version_max = 0)
      : raw_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_load_verify_locations(context_, files.certificate_chain_path.c_str(), nullptr);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    if (version_max != 0) {
      SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
      SSL_CTX_set_max_proto_version(context_, version_max);
      SSL_CTX_set_security_level(context_, 0);
    }
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, raw_.descriptor());
    SSL_set1_host(ssl_, host.c_str());
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsSocket() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool connected() const { return connected_; }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  void send(std::string_view bytes) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }
  std::string read_to_end() {
    std::string all;
    char buffer[4096];
    for (int count = 0; (count = SSL_read(ssl_, buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }
  std::string read_some() {
    char buffer[4096];
    const int count = SSL_read(ssl_, buffer, sizeof buffer);
    return {buffer, count > 0 ? static_cast<std::size_t>(count) : 0};
  }
  void close_notify() { SSL_shutdown(ssl_); }
  RawSocket& raw() { return raw_; }

 private:
  RawSocket raw_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool connected_ = false;
};

constexpr std::string_view kHttp1 = "\x08http/1.1";
constexpr std::string_view kBoth = "\x02h2\x08http/1.1";
constexpr std::string_view kEcho =
    "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody";

TEST_F(TlsTest, ServesHttp1) {
  TestServer server({}, files_);
  TlsSocket socket(server.port(), files_, "localhost", kHttp1);
  ASSERT_TRUE(socket.connected());
  EXPECT_EQ(socket.protocol(), "http/1.1");
  socket.send(kEcho);
  const std::string response = socket.read_to_end();
  EXPECT_THAT(response, HasSubstr("x-secure: yes"));
  EXPECT_THAT(response, EndsWith("\r\n\r\nbody"));
}

TEST_F(TlsTest, ServesAClientWithoutAlpn) {
  TestServer server({}, files_);
  TlsSocket socket(server.port(), files_, "localhost", "");
  ASSERT_TRUE(socket.connected());
  socket.send(kEcho);
  EXPECT_THAT(socket.read_to_end(), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(TlsTest, PrefersHttp2) {
  TestServer server({}, files_);
  TlsSocket socket(server.port(), files_, "localhost", kBoth);
  ASSERT_TRUE(socket.connected());
  EXPECT_EQ(socket.protocol(), "h2");
  socket.send(std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") +
              std::string("\0\0\0\4\0\0\0\0\0", 9));
  EXPECT_EQ(socket.read_some().substr(3, 2), std::string("\4\0", 2));  // a SETTINGS frame
}

TEST_F(TlsTest, RefusesOtherProtocolsOldVersionsAndClearText) {
  TestServer server({}, files_);
  EXPECT_FALSE(TlsSocket(server.port(), files_, "localhost", "\x03xyz").connected());
  EXPECT_FALSE(TlsSocket(server.port(), files_, "localhost", kHttp1, TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsSocket(server.port(), files_, "localhost", kHttp1, TLS1_2_VERSION).connected());
  RawSocket clear(server.port());
  clear.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(clear.read_to_end(), testing::Not(HasSubstr("HTTP/1.1")));
  EXPECT_TRUE(clear.at_end());
}

TEST_F(TlsTest, CutsAHandshakeThatTakesTooLong) {
  TestServer server({.tls_handshake_timeout = milliseconds(50)}, files_);
  RawSocket silent(server.port());
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_TRUE(silent.at_end());
}

TEST_F(TlsTest, AHangUpCancelsTheHandler) {
  TestServer server({}, files_);
  TlsSocket socket(server.port(), files_, "localhost", kHttp1);
  socket.send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(server.sightings().begun.reached(1));
  socket.close_notify();
  socket.raw().end_writing();
  EXPECT_TRUE(server.sightings().cancelled.reached(1));
}

Task<std::pair<std::string, std::string>> echo(Client& client, Endpoint endpoint,
                                               std::string body) {
  ClientRequest request;
  request.path = "/echo";
  request.body = std::move(body);
  auto response = co_await client.send(std::move(endpoint), std::move(request));
  std::string reply = co_await response->read_all();
  co_return std::pair(std::string(response->headers().get("x-secure")), std::move(reply));
}

// The client trusts what the system trusts; for OpenSSL the environment says what that is.
class TrustForTest {
 public:
  explicit TrustForTest(const std::string& file) { ::setenv("SSL_CERT_FILE", file.c_str(), 1); }
  ~TrustForTest() { ::unsetenv("SSL_CERT_FILE"); }
};

TEST_F(TlsTest, OurClientSpeaksToOurServerWithBigBodiesBothWays) {
  TestServer server({}, files_);
  const TrustForTest trust(files_.certificate_chain_path);
  IoPool pool(1);
  Client client(pool, {});
  const std::string body(2'000'000, 'b');
  for (const std::string host : {"localhost", "127.0.0.1", "127.0.0.1"}) {
    const Endpoint endpoint = parse_endpoint(fmt::format("https://{}:{}", host, server.port()));
    auto outcome = boost::asio::co_spawn(pool.executor(0), echo(client, endpoint, body),
                                         boost::asio::use_future);
    const auto [secure, reply] = outcome.get();
    EXPECT_EQ(secure, "yes");
    EXPECT_EQ(reply, body);
  }
  EXPECT_EQ(server.server().counters().connections_total, 2u);  // the last one was reused
}

TEST_F(TlsTest, OurClientRefusesACertificateThatNobodyVouchesFor) {
  TestServer server({}, files_);
  IoPool pool(1);
  Client client(pool, {});
  const Endpoint endpoint = parse_endpoint(fmt::format("https://localhost:{}", server.port()));
  auto outcome =
      boost::asio::co_spawn(pool.executor(0), echo(client, endpoint, "b"), boost::asio::use_future);
  try {
    outcome.get();
    FAIL() << "trusted";
  } catch (const ClientError& error) {
    EXPECT_EQ(error.phase, ClientError::Phase::kConnect);
    EXPECT_THAT(error.what(), HasSubstr("self-signed certificate"));
  }
}

TEST_F(TlsTest, OurClientRefusesACertificateForAnotherHost) {
  TestServer server({}, files_);
  const TrustForTest trust(files_.certificate_chain_path);
  IoPool pool(1);
  Client client(pool, {});
  // The resolver takes 127.1 for 127.0.0.1; as a name it is not in the certificate.
  const Endpoint endpoint = parse_endpoint(fmt::format("https://127.1:{}", server.port()));
  auto outcome =
      boost::asio::co_spawn(pool.executor(0), echo(client, endpoint, "b"), boost::asio::use_future);
  try {
    outcome.get();
    FAIL() << "trusted";
  } catch (const ClientError& error) {
    EXPECT_THAT(error.what(), HasSubstr("hostname mismatch"));
  }
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(TlsTest, GeneratesAKeyOnlyItsOwnerReads) {
  struct stat state {};
  ASSERT_EQ(::stat(files_.private_key_path.c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777, 0600u);
  EXPECT_THAT(text_of(files_.private_key_path), StartsWith("-----BEGIN PRIVATE KEY-----"));
}

TEST_F(TlsTest, TheCertificateNamesTheHostAndTheLoopback) {
  FILE* file = std::fopen(files_.certificate_chain_path.c_str(), "r");
  X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  ASSERT_NE(certificate, nullptr);
  for (const char* name : {"bedplate.example", "localhost"}) {
    EXPECT_EQ(X509_check_host(certificate, name, 0, 0, nullptr), 1) << name;
  }
  for (const char* address : {"127.0.0.1", "::1"}) {
    EXPECT_EQ(X509_check_ip_asc(certificate, address, 0), 1) << address;
  }
  EXPECT_EQ(X509_check_host(certificate, "example", 0, 0, nullptr), 0);
  X509_free(certificate);
}

TEST_F(TlsTest, LeavesExistingFilesAlone) {
  const std::string before = text_of(files_.private_key_path);
  generate_certificate_blocking(files_, "other.example");
  EXPECT_EQ(text_of(files_.private_key_path), before);
  fs::remove(files_.certificate_chain_path);
  EXPECT_THROW(generate_certificate_blocking(files_, "x"), std::runtime_error);
  EXPECT_EQ(text_of(files_.private_key_path), before);
}

TEST_F(TlsTest, SaysWhichFileIsWrong) {
  const auto problem = [](const TlsFiles& files) -> std::string {
    try {
      TestServer server({}, files);
      return "none";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  EXPECT_THAT(problem({directory_ / "none.pem", files_.private_key_path}), HasSubstr("none.pem"));
  EXPECT_THAT(problem({files_.certificate_chain_path, directory_ / "none.key"}),
              HasSubstr("none.key"));
  const TlsFiles others{directory_ / "other.pem", directory_ / "other.key"};
  generate_certificate_blocking(others, "localhost");
  EXPECT_THAT(problem({files_.certificate_chain_path, others.private_key_path}),
              HasSubstr("other.key"));
}

}  // namespace
}  // namespace bedplate::wire
