// One request for S3, as its operations see it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "objects/objects.hpp"
#include "operations/context.hpp"
#include "operations/s3/s3_error.hpp"
#include "protocol/query/parameters.hpp"
#include "protocol/query/xml_writer.hpp"
#include "wire/http.hpp"

namespace bedplate::operations::s3 {

class Payload;

/// What a request's host and path name. Empty: not named.
struct Address {
  std::string bucket;
  std::string key;  ///< decoded, never normalised
};

/// `http://host/bucket/key`, or `http://bucket.localhost/key`. Throws S3Error InvalidURI.
Address address_of(const wire::Request& request);

/// The parameters of the query. Throws S3Error InvalidURI.
protocol::query::Parameters query_of(const wire::Request& request);

struct Call {
  Context& context;
  const wire::Request& request;
  objects::Objects& objects;
  Address address;
  protocol::query::Parameters query;
  bool presigned = false;
  Payload* payload = nullptr;

  /// A query parameter; empty when it is absent.
  std::string parameter(std::string_view name) const;
  /// A header, lower-case name; of presigned requests also a query parameter, where some SDKs put
  /// `x-amz-…`. Empty when it is absent.
  std::string header(std::string_view name) const;
  /// All `x-amz-…` headers and such parameters that begin so: names in lower case, in their order.
  std::vector<std::pair<std::string, std::string>> headers_below(std::string_view prefix) const;

  /// arn:aws:s3:::bucket and arn:aws:s3:::bucket/key
  std::string bucket_arn() const { return "arn:aws:s3:::" + address.bucket; }
  std::string object_arn() const { return bucket_arn() + "/" + address.key; }
};

/// A number in a parameter; `absent` when there is none. Throws S3Error InvalidArgument.
std::uint64_t number_parameter(const Call& call, std::string_view name, std::uint64_t absent,
                               std::uint64_t most);

/// `partNumber`. Throws S3Error InvalidArgument.
std::uint32_t part_number_of(const Call& call);

/// S3's 64 digits for an account.
std::string canonical_user_id(std::string_view account_id);

/// The headers of every answer: the ids of the request.
wire::Headers answer_headers(const Call& call);

/// An answer without a body. @param headers  answer_headers() and more
Task<> send_nothing(int status, wire::Headers headers, wire::ResponseWriter& writer);
/// @param xml  without its declaration
Task<> send_xml(wire::Headers headers, std::string xml, wire::ResponseWriter& writer);

inline constexpr std::string_view kXmlNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/// The body of a request that is a document of at most `bytes_max` bytes. Throws S3Error when it is
/// longer, or not what the headers say it is.
/// @param checksum_is_documents  false: `x-amz-checksum-…` tells of something else
Task<std::string> read_document(const Call& call, std::size_t bytes_max,
                                bool checksum_is_documents = true);

}  // namespace bedplate::operations::s3
