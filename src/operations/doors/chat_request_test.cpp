#include "operations/doors/chat_request.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"

namespace bedplate::operations {
namespace {

/// The pointer to the member at fault; "accepted" when there is none.
std::string fault_of(std::string_view body) {
  try {
    read_chat_request(body);
  } catch (const ApiError& error) {
    EXPECT_EQ(error.http_status, 400) << body;
    return error.parameter;
  }
  return "accepted";
}

TEST(ChatRequest, LeavesTheFamilyItsOwnMembers) {
  const ChatRequest request = read_chat_request(
      R"({"user":"a","model":"m","messages":[],"stream":true,"temperature":1,"store":false,
          "stream_options":{"include_usage":true},"service_tier":"flex","unknown":1})");
  EXPECT_EQ(request.model, "m");
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.include_usage);
  EXPECT_EQ(boost::json::serialize(request.native),
            R"({"messages":[],"temperature":1,"unknown":1})");
}

TEST(ChatRequest, DefaultsToAWholeReply) {
  const ChatRequest request = read_chat_request(R"({"model":"m","stream":null})");
  EXPECT_FALSE(request.stream);
  EXPECT_FALSE(request.include_usage);
}

TEST(ChatRequest, NamesTheMemberAtFault) {
  EXPECT_EQ(fault_of("{}"), "#/model");
  EXPECT_EQ(fault_of(R"({"model":1})"), "#/model");
  EXPECT_EQ(fault_of(R"({"model":""})"), "#/model");
  EXPECT_EQ(fault_of(R"({"model":"m","stream":1})"), "#/stream");
  EXPECT_EQ(fault_of(R"({"model":"m","stream_options":{}})"), "#/stream_options");
  EXPECT_EQ(fault_of(R"({"model":"m","stream":true,"stream_options":{"x":1}})"),
            "#/stream_options/x");
  EXPECT_EQ(fault_of(R"({"model":"m","stream":true,"stream_options":{"include_usage":1}})"),
            "#/stream_options/include_usage");
  EXPECT_EQ(fault_of(R"({"model":"m","store":true})"), "#/store");
  EXPECT_EQ(fault_of(R"({"model":"m","modalities":[]})"), "#/modalities");
  EXPECT_EQ(fault_of(R"({"model":"m","modalities":"text"})"), "#/modalities");
  EXPECT_EQ(fault_of(R"({"model":"m","service_tier":"gold"})"), "#/service_tier");
  EXPECT_EQ(fault_of(R"({"model":"m","metadata":[]})"), "#/metadata");
  EXPECT_EQ(fault_of("nonsense"), "");
}

}  // namespace
}  // namespace bedplate::operations
