using Microsoft.Extensions.Logging;

namespace Parley.Cli.Terminal;

/// <summary>What the libraries log, as lines of the same log.</summary>
internal sealed class ServeLogProvider(ServeLog log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(log);

    public void Dispose()
    {
        // The log belongs to whoever made it.
    }

    private sealed class LineLogger(ServeLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                log.Write(exception is null ? formatter(state, null) : $"{formatter(state, exception)}: {exception.GetType().Name}: {exception.Message}");
        }
    }
}
