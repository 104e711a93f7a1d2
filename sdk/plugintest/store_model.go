package plugintest

func modelCases() []StoreCase { return nil }
