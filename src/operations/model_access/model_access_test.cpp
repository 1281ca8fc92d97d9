// What an account has decided about models: kept in the store, known to every server of it.
#include "operations/model_access/model_access.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "base/api_error.hpp"
#include "storage/open_store.hpp"

namespace bedplate::operations {
namespace {
namespace fs = std::filesystem;

constexpr const char* kOne = "111122223333";
constexpr const char* kOther = "444455556666";

class ModelAccessTest : public testing::Test {
 protected:
  ModelAccessTest() {
    std::string pattern = (fs::temp_directory_path() / "bedplate-access-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    open();
    claude_.id = "anthropic.claude-x";
    llama_.id = "meta.llama-x";
  }
  ~ModelAccessTest() override {
    store_.reset();
    fs::remove_all(dir_);
  }

  void open() {
    store_.reset();
    storage::StoreOptions options;
    options.file = dir_ / "bedplate.db";
    store_ = storage::open_store_blocking(options);
  }
  void create(const std::string& account, const inference::CatalogueModel& model) {
    store_->write_blocking([&](storage::Transaction& transaction) {
      create_agreement(transaction, account, agreement_id(model), Timestamp{});
    });
  }
  void end(const std::string& account, const inference::CatalogueModel& model,
           DefaultAccess otherwise) {
    store_->write_blocking([&](storage::Transaction& transaction) {
      delete_agreement(transaction, account, agreement_id(model), otherwise, Timestamp{});
    });
  }
  static void refresh(ModelAccess& access) {
    boost::asio::io_context loop;
    std::exception_ptr failure;
    boost::asio::co_spawn(loop, access.refresh(),
                          [&](std::exception_ptr problem) { failure = std::move(problem); });
    loop.run();
    if (failure) std::rethrow_exception(failure);
  }
  template <class Function>
  static std::string refusal(Function function) {
    try {
      function();
      return "accepted";
    } catch (const ApiError& error) {
      return error.type + ": " + error.what();
    }
  }

  fs::path dir_;
  std::unique_ptr<storage::Store> store_;
  inference::CatalogueModel claude_, llama_;
};

TEST_F(ModelAccessTest, WithoutADecisionTheDefaultHolds) {
  EXPECT_TRUE(ModelAccess(*store_, DefaultAccess::kOpen).allows(kOne, claude_));
  EXPECT_FALSE(ModelAccess(*store_, DefaultAccess::kClosed).allows(kOne, claude_));
}

TEST_F(ModelAccessTest, AnAgreementIsOfOneAccountAndOneModel) {
  create(kOne, claude_);
  ModelAccess access(*store_, DefaultAccess::kClosed);
  access.load_blocking();
  EXPECT_TRUE(access.allows(kOne, claude_));
  EXPECT_FALSE(access.allows(kOne, llama_));
  EXPECT_FALSE(access.allows(kOther, claude_));
}

TEST_F(ModelAccessTest, AnotherSpellingOfAModelIsTheSameModel) {
  inference::CatalogueModel spelling;
  spelling.id = "anthropic.claude-x:0";
  spelling.alias_of = claude_.id;
  create(kOne, spelling);
  ModelAccess access(*store_, DefaultAccess::kClosed);
  access.load_blocking();
  EXPECT_TRUE(access.allows(kOne, claude_));
  EXPECT_TRUE(access.allows(kOne, spelling));
}

TEST_F(ModelAccessTest, WhatWasTakenAwayStaysAwayAlsoWhereAccessIsOpen) {
  end(kOne, claude_, DefaultAccess::kOpen);
  open();
  ModelAccess access(*store_, DefaultAccess::kOpen);
  access.load_blocking();
  EXPECT_FALSE(access.allows(kOne, claude_));
  EXPECT_TRUE(access.allows(kOther, claude_));
  create(kOne, claude_);
  refresh(access);
  EXPECT_TRUE(access.allows(kOne, claude_));
}

TEST_F(ModelAccessTest, ChangesOfAnotherServerShowAfterARefresh) {
  ModelAccess access(*store_, DefaultAccess::kClosed);
  access.load_blocking();
  storage::StoreOptions options;
  options.file = dir_ / "bedplate.db";
  const auto another = storage::open_store_blocking(options);
  another->write_blocking([&](storage::Transaction& transaction) {
    create_agreement(transaction, kOne, claude_.id, Timestamp{});
  });
  EXPECT_FALSE(access.allows(kOne, claude_));
  refresh(access);
  EXPECT_TRUE(access.allows(kOne, claude_));
}

TEST_F(ModelAccessTest, AgreementsAreMadeAndEndedOnce) {
  create(kOne, claude_);
  EXPECT_EQ(refusal([&] { create(kOne, claude_); }),
            "ValidationException: Could not create agreement - Agreement already exists");
  end(kOne, claude_, DefaultAccess::kClosed);
  EXPECT_EQ(refusal([&] { end(kOne, claude_, DefaultAccess::kOpen); }),
            "ResourceNotFoundException: There is no agreement for the model anthropic.claude-x.");
  EXPECT_EQ(refusal([&] { end(kOther, claude_, DefaultAccess::kClosed); }),
            "ResourceNotFoundException: There is no agreement for the model anthropic.claude-x.");
}

TEST_F(ModelAccessTest, TheFormIsKeptByteForByteAndReplaced) {
  const std::string form("{\"companyName\":\"\xff\0\"}", 19);
  const auto put = [&](std::string_view bytes) {
    store_->write_blocking([&](storage::Transaction& transaction) {
      put_use_case(transaction, kOne, bytes, Timestamp{});
    });
  };
  const auto get = [&](const char* account) {
    return store_->read_blocking(
        [&](storage::Transaction& transaction) { return use_case(transaction, account); });
  };
  EXPECT_EQ(get(kOne), std::nullopt);
  put("first");
  put(form);
  EXPECT_EQ(get(kOne), form);
  EXPECT_EQ(get(kOther), std::nullopt);
}

TEST_F(ModelAccessTest, OnlyAnthropicsModelsWantTheFormAndOnlyWhereAccessIsClosed) {
  ModelAccess access(*store_, DefaultAccess::kClosed);
  EXPECT_TRUE(access.lacks_use_case(kOne, claude_));
  EXPECT_FALSE(access.lacks_use_case(kOne, llama_));
  EXPECT_FALSE(ModelAccess(*store_, DefaultAccess::kOpen).lacks_use_case(kOne, claude_));
  store_->write_blocking([](storage::Transaction& transaction) {
    put_use_case(transaction, kOne, "{\"useCases\":\"tests\"}", Timestamp{});
  });
  refresh(access);
  EXPECT_FALSE(access.lacks_use_case(kOne, claude_));
  EXPECT_TRUE(access.lacks_use_case(kOther, claude_));
}

TEST_F(ModelAccessTest, ManyAccountsAreReadInBatches) {
  store_->write_blocking([&](storage::Transaction& transaction) {
    for (int i = 0; i < 2'500; ++i) {
      create_agreement(transaction, std::to_string(i), claude_.id, Timestamp{});
    }
  });
  ModelAccess access(*store_, DefaultAccess::kClosed);
  access.load_blocking();
  for (int i = 0; i < 2'500; ++i) EXPECT_TRUE(access.allows(std::to_string(i), claude_));
}

}  // namespace
}  // namespace bedplate::operations
