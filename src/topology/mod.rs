//! The topology layer: graphs, their generators and statistics, their files in and out. It knows neither time nor messages.
