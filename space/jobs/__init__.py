"""Jobs 异步任务: long work asked for over HTTP, kept in the store, run by whichever process is free."""
