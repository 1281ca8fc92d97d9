// The way back to a client whose request is counted.
#pragma once

#include "operations/context.hpp"

namespace bedplate::operations {

/// Passes everything on. The request is counted once: before the last bytes of its answer go out,
/// so that whoever has an answer finds it in the metrics; or at the end of this object's life when
/// the answer never got so far, because the client has gone.
class MeasuredResponse final : public wire::ResponseWriter {
 public:
  /// Both outlive this object.
  MeasuredResponse(wire::ResponseWriter& inner, const Context& context)
      : inner_(inner), context_(context) {}
  ~MeasuredResponse() override;
  MeasuredResponse(const MeasuredResponse&) = delete;
  MeasuredResponse& operator=(const MeasuredResponse&) = delete;

  Task<> send(wire::Response response) override;
  Task<> start(wire::ResponseHead head) override;
  Task<> write(std::string bytes) override { return inner_.write(std::move(bytes)); }
  Task<> finish(std::string last) override;
  bool started() const override { return inner_.started(); }

 private:
  void count(int http_status);

  wire::ResponseWriter& inner_;
  const Context& context_;
  int status_ = 0;  ///< of a response that was started
  bool counted_ = false;
};

}  // namespace bedplate::operations
