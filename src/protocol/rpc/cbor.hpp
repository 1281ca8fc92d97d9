// CBOR (RFC 8949) as Smithy's RPC protocol uses it. libcbor reads and writes the items; what they
// make together is put together here, without recursion and within bounds.
//
// Why libcbor and not nlohmann/json, which Debian has as well: that one descends by recursion, also
// into tags, where nothing can stop it, so that a megabyte of them would overflow the stack.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "protocol/schema.hpp"

namespace bedplate::protocol::rpc {

/// Reads one item as the JSON that the same value would have: byte strings become base64, points in
/// time (tag 1) their number of seconds. Throws errors::serialization for what is not CBOR, goes on
/// behind the item, nests deeper than kJsonDepthMax, has keys that are no texts, texts that are not
/// UTF-8, or other tags.
boost::json::value read_cbor(std::string_view bytes);

/// Writes a value of any shape.
std::string write_cbor(const Shape& shape, const void* value);
/// A map of texts.
std::string write_cbor_texts(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members);

}  // namespace bedplate::protocol::rpc
