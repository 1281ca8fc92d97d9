// The way back of one HTTP/1.1 request.
#pragma once

#include <string>

#include "wire/http1/connection.hpp"
#include "wire/http1/response_head.hpp"

namespace bedplate::wire::http1 {

class Exchange final : public ResponseWriter {
 public:
  struct Traits {
    bool http10 = false;
    bool head_method = false;  ///< the response has no body
    bool keep_alive = true;    ///< the client allows it
  };
  Exchange(Http1Connection& connection, Traits traits) : connection_(connection), traits_(traits) {}

  Task<> send(Response response) override;
  Task<> start(ResponseHead head) override;
  Task<> write(std::string bytes) override;
  Task<> finish(std::string last) override;
  bool started() const override { return started_; }

  /// The client has all of the response.
  bool finished() const { return finished_; }
  /// The connection can carry another request after this response.
  bool keep_alive() const { return finished_ && traits_.keep_alive; }
  /// start() keeps the head back so that it leaves together with the first bytes of the body; when
  /// those take long, this sends it alone.
  void flush_head();

 private:
  void check_not_started() const;
  void count_body(std::size_t bytes);

  Http1Connection& connection_;
  Traits traits_;
  Framing framing_;
  std::string held_head_;
  std::uint64_t left_bytes_ = 0;  ///< of a body whose length was told
  bool started_ = false;
  bool finished_ = false;
};

}  // namespace bedplate::wire::http1
