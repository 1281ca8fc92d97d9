// An object on its way out of its file.
#pragma once

#include <memory>
#include <string>

#include "base/descriptor.hpp"
#include "objects/local/background.hpp"

namespace bedplate::objects {

/// An object that was opened on the pool, with its first bytes.
struct OpenedObject {
  ObjectInfo info;
  Span span;
  std::string first;
  Descriptor file;  ///< none when `first` is all
};
/// Checks the conditions, resolves the range, reads the first piece.
OpenedObject open_object_blocking(LocalCore& core, const std::string& bucket,
                                  const std::string& key, const GetOptions& options);

/// Reads the next piece while the one before it is on its way.
class LocalReader final : public ObjectReader {
 public:
  LocalReader(std::shared_ptr<LocalPool> pool, OpenedObject opened);
  ~LocalReader() override;

  const ObjectInfo& info() const override { return info_; }
  Span span() const override { return span_; }
  Task<std::string> read() override;

 private:
  /// What the pool and the reader work on, never at the same time.
  struct Ahead {
    Descriptor file;
    Span left;  ///< after `piece`
    std::string piece;
    void read_blocking();
  };
  Task<> read_ahead();

  ObjectInfo info_;
  Span span_;
  std::shared_ptr<LocalPool> pool_;
  Background background_;
  std::shared_ptr<Ahead> ahead_;
};

}  // namespace bedplate::objects
