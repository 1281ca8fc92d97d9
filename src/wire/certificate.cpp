#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <filesystem>
#include <system_error>

#include "base/bytes.hpp"
#include "wire/server.hpp"

namespace bedplate::wire {
namespace {

namespace fs = std::filesystem;

// More is refused by some clients.
constexpr long kValidSeconds = 825L * 24 * 60 * 60;
constexpr long kClockSkewSeconds = 60 * 60;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL could not make the certificate");
}

void add_extension(X509* certificate, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// The names as OpenSSL's configuration language has them; `host` was checked to be one name.
std::string alternative_names(const std::string& host) {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  boost::system::error_code not_an_address;
  const auto address = boost::asio::ip::make_address(host, not_an_address);
  if (!not_an_address) {
    if (!address.is_unspecified()) names += ",IP:" + address.to_string();
  } else if (!host.empty() && host != "localhost") {
    names += ",DNS:" + host;
  }
  return names;
}

void check_host(const std::string& host) {
  const bool plain = std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '_';
  });
  if (!plain) throw std::runtime_error(fmt::format("\"{}\" is no host name", host));
}

Owned<X509> make_certificate(EVP_PKEY* key, const std::string& host) {
  check_host(host);
  Owned<X509> certificate(X509_new());
  require(certificate != nullptr);
  X509* made = certificate.get();
  require(X509_set_version(made, X509_VERSION_3) == 1);
  const std::string serial = random_bytes(16);
  const Owned<BIGNUM> number(BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()),
                                       static_cast<int>(serial.size()), nullptr));
  require(number && BN_clear_bit(number.get(), 127) == 1 &&
          BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made)));
  require(X509_gmtime_adj(X509_getm_notBefore(made), -kClockSkewSeconds) &&
          X509_gmtime_adj(X509_getm_notAfter(made), kValidSeconds - kClockSkewSeconds));
  const std::string name = host.empty() || host.size() > 64 ? "localhost" : host;
  X509_NAME* subject = X509_get_subject_name(made);
  require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                     0) == 1);
  require(X509_set_issuer_name(made, subject) == 1 && X509_set_pubkey(made, key) == 1);
  add_extension(made, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(made, NID_key_usage, "critical,digitalSignature");
  add_extension(made, NID_ext_key_usage, "serverAuth");
  add_extension(made, NID_subject_key_identifier, "hash");
  add_extension(made, NID_subject_alt_name, alternative_names(host));
  require(X509_sign(made, key, EVP_sha256()) > 0);
  return certificate;
}

std::string take_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// Under another name first, so that nobody ever reads half of it.
void write_file(const std::string& path, const std::string& text, mode_t mode) {
  const std::string draft = path + ".new";
  const auto fail = [&](const char* doing) {
    throw std::system_error(errno, std::generic_category(), fmt::format("{} {}", doing, draft));
  };
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) fail("cannot create");
  ::fchmod(file, mode);
  const ssize_t written = ::write(file, text.data(), text.size());
  const bool complete = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!complete) fail("cannot write");
  fs::rename(draft, path);
}

}  // namespace

void generate_certificate_blocking(const TlsFiles& files, const std::string& host) {
  const bool has_certificate = fs::exists(files.certificate_chain_path);
  const bool has_key = fs::exists(files.private_key_path);
  if (has_certificate && has_key) return;
  if (has_certificate != has_key) {  // somebody's key may be at stake
    throw std::runtime_error(
        fmt::format("{} exists, but {} does not: put both there or remove it",
                    has_key ? files.private_key_path : files.certificate_chain_path,
                    has_key ? files.certificate_chain_path : files.private_key_path));
  }
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  const Owned<X509> certificate = make_certificate(key.get(), host);
  const Owned<BIO> key_text(BIO_new(BIO_s_mem())), certificate_text(BIO_new(BIO_s_mem()));
  require(key_text && certificate_text);
  require(PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr) == 1);
  require(PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1);
  for (const std::string& path : {files.private_key_path, files.certificate_chain_path}) {
    if (fs::path(path).has_parent_path()) fs::create_directories(fs::path(path).parent_path());
  }
  write_file(files.private_key_path, take_text(key_text.get()), 0600);
  write_file(files.certificate_chain_path, take_text(certificate_text.get()), 0644);
}

}  // namespace bedplate::wire
