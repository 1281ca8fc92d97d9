// What the audit trail shows of every operation that is built: none of its secrets and texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/agent.hpp"
#include "api/agent_runtime.hpp"
#include "api/cloudwatch.hpp"
#include "api/control.hpp"
#include "api/iam.hpp"
#include "api/runtime.hpp"
#include "api/sts.hpp"
#include "observe/event_parameters.hpp"
#include "protocol/pattern.hpp"
#include "protocol/shape_json.hpp"

namespace bedplate::operations {
namespace {

using protocol::Field;
using protocol::Kind;
using protocol::Shape;
using testing::HasSubstr;
using testing::Not;

// What people write, and what generators of secrets do.
const std::string kProse = "CANARY: \"my mother's maiden name\", she said!";
const std::string kSecret = "CANARYx7!Kd/+%&==;";

/// Fills a whole struct, unions too, with canaries wherever the model would let them be.
class Filler {
 public:
  explicit Filler(std::string canary) : canary_(std::move(canary)) {}

  void fill(const Shape& shape, void* value, std::string_view name = {}, int depth = 0) {
    switch (shape.kind) {
      case Kind::kString:
        *static_cast<std::string*>(value) = text_for(shape, name);
        return;
      case Kind::kBlob:
        *static_cast<protocol::Blob*>(value) = canary_;
        return;
      case Kind::kDocument:
        *static_cast<boost::json::value*>(value) = boost::json::object{{canary_, canary_}};
        return;
      case Kind::kList:
        if (depth < kDepthMax) fill(*shape.element, shape.list->append(value), name, depth + 1);
        return;
      case Kind::kMap:
        if (depth < kDepthMax) {
          const std::string key = shape.key ? text_for(*shape.key, {}) : canary_;
          fill(*shape.element, shape.map->insert(value, key), name, depth + 1);
        }
        return;
      case Kind::kStructure:
      case Kind::kUnion:
        if (depth < kDepthMax) fill_members(shape, value, depth + 1);
        return;
      default:
        return;
    }
  }

 private:
  static constexpr int kDepthMax = 12;

  void fill_members(const Shape& shape, void* value, int depth) {
    for (const Field& field : shape.fields) {
      void* member = static_cast<char*>(value) + field.offset_bytes;
      if (field.optional != nullptr) member = field.optional->emplace(member);
      fill(*field.shape, member, field.name, depth);
    }
  }

  /// Policies and tags are shown as they are; what a pattern refuses never gets here.
  std::string text_for(const Shape& shape, std::string_view name) const {
    const std::string shape_name(shape.name);
    const bool shown = shape_name.find("olicyDocument") != std::string::npos ||
                       shape_name.find("TagKey") == 0 || shape_name.find("TagValue") == 0 ||
                       shape_name.find("tagKey") == 0 || shape_name.find("tagValue") == 0 ||
                       shape_name == "ResourcePolicy";
    const bool refused =
        !shape.pattern.empty() && !protocol::matches_pattern(shape.pattern, canary_);
    // A name without blanks is a name, whatever it reads like.
    const bool identifier = canary_ == kSecret && !shape.sensitive && name != "SessionToken";
    return shown || refused || identifier ? "id-1" : canary_;
  }

  std::string canary_;
};

/// A struct of any shape, as bytes: the tables know its type only where it is declared.
template <class T>
std::string shown(const protocol::OperationDescriptor& operation, const std::string& canary) {
  T value;
  Filler(canary).fill(T::kShape, &value);
  return observe::shown_members(operation, T::kShape, &value);
}

template <class Op>
void expect_no_canary() {
  for (const std::string& canary : {kProse, kSecret}) {
    const std::string input = shown<typename Op::Request>(Op::descriptor, canary);
    EXPECT_THAT(input, Not(HasSubstr("CANARY"))) << Op::descriptor.name;
    EXPECT_NO_THROW(boost::json::parse(input)) << input;
    const std::string output = shown<typename Op::Response>(Op::descriptor, canary);
    EXPECT_THAT(output, Not(HasSubstr("CANARY"))) << Op::descriptor.name;
    EXPECT_NO_THROW(boost::json::parse(output)) << output;
  }
}

// Or else the test below would find none for want of any.
TEST(AuditedOperations, CanariesAreWhereTheModelLetsThemBe) {
  api::runtime::ConverseRequest converse;
  Filler(kProse).fill(api::runtime::ConverseRequest::kShape, &converse);
  EXPECT_THAT(protocol::to_json_text(converse), HasSubstr("CANARY"));
  api::sts::GetSessionTokenResponse keys;
  Filler(kSecret).fill(api::sts::GetSessionTokenResponse::kShape, &keys);
  EXPECT_THAT(keys.Credentials->SecretAccessKey, HasSubstr("CANARY"));
  EXPECT_THAT(keys.Credentials->SessionToken, HasSubstr("CANARY"));
}

// Every operation that is built: a line more in the catalogue is a line more here.
TEST(AuditedOperations, NoCanaryOfAnyOperationIsShown) {
#define OPERATION(service, name) expect_no_canary<op::service::name>();
#include "operations/catalog.def"
#undef OPERATION
}

}  // namespace
}  // namespace bedplate::operations
