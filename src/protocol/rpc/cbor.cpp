#include "protocol/rpc/cbor.hpp"

#include <cbor.h>

#include <boost/json.hpp>
#include <optional>
#include <vector>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "protocol/json_reader.hpp"
#include "protocol/rpc/shape_walk.hpp"

namespace bedplate::protocol::rpc {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kTimeTag = 1;
constexpr std::uint64_t kUntilBreak = std::uint64_t(-1);

/// Puts items together. libcbor's callbacks are C and must not throw: what is wrong is kept.
class Builder {
 public:
  void value(json::value item) {
    if (failed()) return;
    if (!stack_.empty() && stack_.back().is_chunks()) return fail("no piece of a string");
    tagged_ = false;
    if (stack_.empty()) {
      if (done_) return fail("more than one item");
      root_ = std::move(item);
      done_ = true;
      return;
    }
    Open& open = stack_.back();
    if (open.kind == Open::Kind::kList) {
      open.list.push_back(std::move(item));
    } else if (!open.key) {
      return fail("a key that is no text");
    } else {
      open.map.insert_or_assign(*open.key, std::move(item));
      open.key.reset();
    }
    count_down();
  }

  void text(std::string_view text) {
    if (failed()) return;
    if (!is_valid_utf8(text)) return fail("a text that is not UTF-8");
    if (!stack_.empty() && stack_.back().kind == Open::Kind::kTextChunks) {
      stack_.back().chunks += text;
    } else if (expects_key()) {
      if (tagged_) return fail("a key with a tag");
      stack_.back().key.emplace(text);
    } else {
      value(json::string(text));
    }
  }

  void bytes(std::string_view bytes) {
    if (failed()) return;
    if (!stack_.empty() && stack_.back().kind == Open::Kind::kByteChunks) {
      stack_.back().chunks += bytes;
    } else {
      value(json::string(base64_encode(bytes)));
    }
  }

  void tag(std::uint64_t tag) {
    if (tag != kTimeTag || tagged_) return fail("a tag other than that of points in time");
    tagged_ = true;
  }

  enum class Shape { kList, kMap, kTextChunks, kByteChunks };
  void open(Shape shape, std::uint64_t count) {
    if (failed()) return;
    const bool chunks = shape == Shape::kTextChunks || shape == Shape::kByteChunks;
    if (!stack_.empty() && stack_.back().is_chunks()) return fail("no piece of a string");
    if (expects_key() && shape != Shape::kTextChunks) return fail("a key that is no text");
    if (stack_.empty() && done_) return fail("more than one item");
    if (tagged_) return fail("a point in time that is no number");
    if (stack_.size() >= kJsonDepthMax) return fail("deeper than allowed");
    Open made;
    made.kind = static_cast<Open::Kind>(shape);
    made.left = count;
    stack_.push_back(std::move(made));
    if (!chunks && count == 0) close();
  }

  void end_of_indefinite() {
    if (failed()) return;
    if (stack_.empty() || stack_.back().left != kUntilBreak || stack_.back().key) {
      return fail("an end of nothing");
    }
    close();
  }

  /// After the last byte.
  json::value take() {
    if (!failed() && !done_) fail("an item that breaks off");
    if (failed()) throw errors::serialization("The request body is not valid CBOR: " + trouble_);
    return std::move(root_);
  }
  bool failed() const { return !trouble_.empty(); }
  void fail(std::string what) {
    if (trouble_.empty()) trouble_ = std::move(what);
  }

 private:
  struct Open {
    enum class Kind { kList, kMap, kTextChunks, kByteChunks } kind = Kind::kList;
    std::uint64_t left = 0;  ///< values; kUntilBreak: as many as come
    json::array list;
    json::object map;
    std::optional<std::string> key;
    std::string chunks;

    bool is_chunks() const { return kind == Kind::kTextChunks || kind == Kind::kByteChunks; }
  };

  bool expects_key() const {
    return !stack_.empty() && stack_.back().kind == Open::Kind::kMap && !stack_.back().key;
  }

  void count_down() {
    Open& open = stack_.back();
    if (open.left == kUntilBreak) return;
    if (--open.left == 0) close();
  }

  void close() {
    Open open = std::move(stack_.back());
    stack_.pop_back();
    switch (open.kind) {
      case Open::Kind::kList:
        return value(std::move(open.list));
      case Open::Kind::kMap:
        return value(std::move(open.map));
      case Open::Kind::kTextChunks:
        return text(open.chunks);
      case Open::Kind::kByteChunks:
        return bytes(open.chunks);
    }
  }

  std::vector<Open> stack_;
  json::value root_;
  bool done_ = false;
  bool tagged_ = false;
  std::string trouble_;
};

Builder& builder(void* context) {
  return *static_cast<Builder*>(context);
}

template <class Integer>
void on_unsigned(void* context, Integer number) {
  const std::uint64_t value = number;
  if (std::in_range<std::int64_t>(value)) {
    builder(context).value(static_cast<std::int64_t>(value));
  } else {
    builder(context).value(static_cast<double>(value));
  }
}

/// CBOR has -1 - n.
template <class Integer>
void on_negative(void* context, Integer number) {
  const std::uint64_t value = number;
  if (std::in_range<std::int64_t>(value)) {
    builder(context).value(-1 - static_cast<std::int64_t>(value));
  } else {
    builder(context).value(-1.0 - static_cast<double>(value));
  }
}

std::string_view view(cbor_data data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

cbor_callbacks make_callbacks() {
  using Shape = Builder::Shape;
  cbor_callbacks calls = cbor_empty_callbacks;
  calls.uint8 = on_unsigned<std::uint8_t>;
  calls.uint16 = on_unsigned<std::uint16_t>;
  calls.uint32 = on_unsigned<std::uint32_t>;
  calls.uint64 = on_unsigned<std::uint64_t>;
  calls.negint8 = on_negative<std::uint8_t>;
  calls.negint16 = on_negative<std::uint16_t>;
  calls.negint32 = on_negative<std::uint32_t>;
  calls.negint64 = on_negative<std::uint64_t>;
  calls.string = [](void* c, cbor_data data, std::size_t size) {
    builder(c).text(view(data, size));
  };
  calls.byte_string = [](void* c, cbor_data data, std::size_t size) {
    builder(c).bytes(view(data, size));
  };
  calls.string_start = [](void* c) { builder(c).open(Shape::kTextChunks, kUntilBreak); };
  calls.byte_string_start = [](void* c) { builder(c).open(Shape::kByteChunks, kUntilBreak); };
  calls.array_start = [](void* c, std::size_t size) { builder(c).open(Shape::kList, size); };
  calls.indef_array_start = [](void* c) { builder(c).open(Shape::kList, kUntilBreak); };
  calls.map_start = [](void* c, std::size_t size) { builder(c).open(Shape::kMap, size); };
  calls.indef_map_start = [](void* c) { builder(c).open(Shape::kMap, kUntilBreak); };
  calls.tag = [](void* c, std::uint64_t tag) { builder(c).tag(tag); };
  calls.float2 = [](void* c, float number) { builder(c).value(static_cast<double>(number)); };
  calls.float4 = calls.float2;
  calls.float8 = [](void* c, double number) { builder(c).value(number); };
  calls.boolean = [](void* c, bool value) { builder(c).value(value); };
  calls.null = [](void* c) { builder(c).value(nullptr); };
  calls.undefined = calls.null;
  calls.indef_break = [](void* c) { builder(c).end_of_indefinite(); };
  return calls;
}

/// Appends what one of libcbor's encoders writes.
class Encoder {
 public:
  void boolean(bool value) { head(cbor_encode_bool, value); }
  void integer(std::int64_t value) {
    if (value >= 0) {
      head(cbor_encode_uint, static_cast<std::uint64_t>(value));
    } else {
      head(cbor_encode_negint, static_cast<std::uint64_t>(-1 - value));
    }
  }
  void number(double value) { head(cbor_encode_double, value); }
  void text(std::string_view value) {
    head(cbor_encode_string_start, value.size());
    out_ += value;
  }
  void bytes(std::string_view value) {
    head(cbor_encode_bytestring_start, value.size());
    out_ += value;
  }
  void time(Timestamp value) {
    head(cbor_encode_tag, kTimeTag);
    number(static_cast<double>(value.time_since_epoch().count()) / 1e3);
  }
  void begin_list(std::size_t size) { head(cbor_encode_array_start, size); }
  void end_list() {}
  void begin_map(std::size_t size) { head(cbor_encode_map_start, size); }
  void key(std::string_view name) { text(name); }
  void end_map() {}
  std::string take() { return std::move(out_); }

 private:
  template <class Value>
  void head(std::size_t (*encode)(Value, unsigned char*, std::size_t), Value value) {
    unsigned char buffer[16];
    const std::size_t size = encode(value, buffer, sizeof buffer);
    out_.append(reinterpret_cast<const char*>(buffer), size);
  }

  std::string out_;
};

}  // namespace

json::value read_cbor(std::string_view bytes) {
  static const cbor_callbacks kCallbacks = make_callbacks();
  Builder built;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t at = 0;
  while (at < bytes.size() && !built.failed()) {
    const cbor_decoder_result item =
        cbor_stream_decode(data + at, bytes.size() - at, &kCallbacks, &built);
    if (item.status != CBOR_DECODER_FINISHED) {
      built.fail(item.status == CBOR_DECODER_NEDATA ? "an item that breaks off" : "no item");
    }
    at += item.read;
  }
  return built.take();
}

std::string write_cbor(const Shape& shape, const void* value) {
  Encoder encoder;
  walk(encoder, shape, value);
  return encoder.take();
}

std::string write_cbor_texts(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  Encoder encoder;
  encoder.begin_map(members.size());
  for (const auto& [key, value] : members) {
    encoder.key(key);
    encoder.text(value);
  }
  return encoder.take();
}

}  // namespace bedplate::protocol::rpc
