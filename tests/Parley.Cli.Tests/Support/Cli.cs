using System.Text;
using Parley.Cli.Commands;

namespace Parley.Cli.Tests.Support;

/// <summary>A command run within the test's process: what it printed and how it ended.</summary>
internal sealed record Cli(int ExitCode, string Output, string Errors)
{
    // What no command here takes on a machine however busy.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<Cli> RunAsync(params string[] arguments)
    {
        await using var command = Start(arguments);
        return await command.EndAsync();
    }

    public static RunningCli Start(params string[] arguments) => new(arguments);

    /// <summary>A command that runs until it is interrupted or done.</summary>
    internal sealed class RunningCli : IAsyncDisposable
    {
        private readonly CancellationTokenSource _interrupt = new();
        private readonly Lines _output = new();
        private readonly StringWriter _errors = new();
        private readonly Task<int> _running;

        public RunningCli(string[] arguments) =>
            _running = Task.Run(() => CommandLine.RunAsync(arguments, TextWriter.Synchronized(_output), TextWriter.Synchronized(_errors), _interrupt.Token));

        /// <summary>Waits for a line with that text in it.</summary>
        public async Task<string> LineAsync(string text)
        {
            using var limit = new CancellationTokenSource(Limit);
            while (true)
            {
                var more = _output.More;
                if (_output.ToString().Split('\n').FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
                    return line.Trim();
                Assert.False(_running.IsCompleted, $"It ended before it said '{text}': {_output}{_errors}");
                await Task.WhenAny(more, _running).WaitAsync(limit.Token);
            }
        }

        /// <summary>What Ctrl-C does.</summary>
        public Task InterruptAsync() => _interrupt.CancelAsync();

        public async Task<Cli> EndAsync(TimeSpan? within = null)
        {
            var code = await _running.WaitAsync(within ?? Limit);
            return new(code, _output.ToString(), _errors.ToString());
        }

        public async ValueTask DisposeAsync()
        {
            await _interrupt.CancelAsync();
            await _running.WaitAsync(Limit);
            _interrupt.Dispose();
            await _output.DisposeAsync();
            await _errors.DisposeAsync();
        }
    }

    private sealed class Lines : StringWriter
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task More
        {
            get
            {
                lock (_gate)
                    return _more.Task;
            }
        }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Told(() => base.Write(value));

        public override void Write(char[] buffer, int index, int count) => Told(() => base.Write(buffer, index, count));

        public override void Write(string? value) => Told(() => base.Write(value));

        public override void WriteLine(string? value) => Told(() => base.WriteLine(value));

        public override string ToString()
        {
            lock (_gate)
                return base.ToString();
        }

        private void Told(Action write)
        {
            TaskCompletionSource more;
            lock (_gate)
            {
                write();
                more = _more;
                _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            more.TrySetResult();
        }
    }
}
