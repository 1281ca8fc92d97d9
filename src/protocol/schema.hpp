// What the service models say, as constant tables. tools/apigen writes the tables; the engine in
// this folder reads, validates and writes every shape from them. See docs/api-generation.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bedplate::protocol {

/// Bytes. On the wire base64 inside JSON, or the body itself.
using Blob = std::string;

enum class Kind : std::uint8_t {
  kBoolean,    ///< bool
  kInteger,    ///< std::int32_t
  kLong,       ///< std::int64_t
  kFloat,      ///< float
  kDouble,     ///< double
  kString,     ///< std::string, enums too
  kBlob,       ///< Blob
  kTimestamp,  ///< bedplate::Timestamp; ISO 8601 on the wire
  kDocument,   ///< boost::json::value
  kList,       ///< std::vector
  kMap,        ///< std::map<std::string, …>
  kStructure,
  kUnion,  ///< a structure of which exactly one member is set
};

/// Where a member of an operation's input or output travels.
enum class Location : std::uint8_t { kBody, kPayload, kLabel, kQuery, kHeader };

struct Shape;

/// How to reach into a std::optional or a Box without knowing its type.
struct OptionalOps {
  const void* (*get)(const void* holder);  ///< nullptr when empty
  void* (*emplace)(void* holder);          ///< a fresh value
};

/// How to walk and fill a std::vector.
struct ListOps {
  std::size_t (*size)(const void* list);
  const void* (*at)(const void* list, std::size_t index);
  void (*reserve)(void* list, std::size_t count);
  void* (*append)(void* list);  ///< a fresh element at the end
};

/// How to walk and fill a std::map<std::string, …>.
struct MapOps {
  std::size_t (*size)(const void* map);
  /// Calls `visit(context, key, value)` in the order of the keys.
  void (*each)(const void* map, void* context,
               void (*visit)(void* context, const std::string& key, const void* value));
  void* (*insert)(void* map, std::string_view key);  ///< a fresh value under `key`
};

/// One member of a structure or union.
struct Field {
  std::string_view name;       ///< the member's name: its JSON key, and its part of a path
  std::string_view wire_name;  ///< of the label, query parameter or header; else `name`
  const Shape* shape;
  std::uint32_t offset_bytes;
  const OptionalOps* optional;  ///< nullptr when the member is a plain value
  Location location = Location::kBody;
  bool required = false;
  bool idempotency_token = false;
};

/// A range of a number's value, or of a length: characters of a string, bytes of a blob, elements
/// of a list, entries of a map.
struct Range {
  std::optional<double> min, max;
  std::string_view min_text, max_text;  ///< as the model writes them
};

/// One shape of a service model, and the C++ type that holds it.
struct Shape {
  Kind kind;
  std::string_view name;
  bool sensitive = false;  ///< its value is never echoed in an error nor logged
  bool open = false;       ///< an enum whose list the server must not enforce
  Range range{};
  std::string_view pattern{};  ///< empty: none
  std::span<const std::string_view> enum_values{};

  std::span<const Field> fields{};                 ///< in the model's order
  std::span<const std::uint16_t> fields_sorted{};  ///< indices of `fields`, by name
  const Field* payload = nullptr;                  ///< the member that is the whole body
  bool has_body_fields = false;                    ///< any member at Location::kBody

  const Shape* element = nullptr;  ///< of a list; of a map's values
  const Shape* key = nullptr;      ///< of a map
  const ListOps* list = nullptr;
  const MapOps* map = nullptr;
};

enum class Service : std::uint8_t {
  kControl,
  kRuntime,
  kAgent,
  kAgentRuntime,
  kIam,
  kSts,
  kCloudWatch
};
/// How a service's requests and responses are written.
enum class Protocol : std::uint8_t {
  kRestJson,  ///< a method and path for each operation, JSON bodies
  kQuery,     ///< one path, the operation's name in the parameter `Action`; forms in, XML out
};
/// How one request and its answer are written, where a service leaves a choice.
enum class Encoding : std::uint8_t {
  kModelled,  ///< as the service's Protocol says
  kAwsJson,   ///< AWS JSON 1.0
  kCbor,      ///< Smithy RPC v2 CBOR
};
enum class StreamKind : std::uint8_t { kNone, kOutput, kBidirectional };

/// A modelled exception and its HTTP status.
struct ErrorDescriptor {
  std::string_view name;
  int http_status;
  std::string_view code;  ///< what the query protocol calls it: `NoSuchEntity`
};

struct ServiceDescriptor {
  Service service;
  std::string_view key;            ///< "control", "runtime", "agent", "agent_runtime", "iam", …
  std::string_view endpoint_name;  ///< "bedrock", "bedrock-runtime", …
  std::span<const ErrorDescriptor> errors;
  Protocol protocol = Protocol::kRestJson;
  std::string_view api_version{};    ///< "2011-06-15": the query protocol's parameter `Version`
  std::string_view xml_namespace{};  ///< of the query protocol's replies
  /// Of services that speak AWS JSON and Smithy RPC CBOR, too: "GraniteServiceVersion20100801".
  std::string_view target_prefix{};
};

/// An exception that a stream's union names: `throttlingException` for ThrottlingException.
struct StreamException {
  std::string_view member;
  std::string_view error;
};

struct OperationDescriptor {
  const ServiceDescriptor* service;
  std::string_view name;
  std::string_view method;
  std::string_view path;  ///< the pattern, e.g. "/model/{modelId}/converse"
  int success_status;
  std::string_view iam_action;  ///< what a policy must allow, e.g. "bedrock:InvokeModel"
  StreamKind stream;
  bool implemented;
  const Shape* input = nullptr;   ///< nullptr unless implemented
  const Shape* output = nullptr;  ///< nullptr unless implemented
  const Shape* event = nullptr;   ///< the output stream's union; nullptr unless implemented
  std::span<const StreamException> stream_exceptions{};
  bool read_only = false;  ///< the model calls it so
  /// Query protocol: the element around the output; empty when the operation has no output.
  std::string_view result_wrapper{};
  bool needs_signature = true;  ///< false: the request carries another proof of who sends it
};

}  // namespace bedplate::protocol
