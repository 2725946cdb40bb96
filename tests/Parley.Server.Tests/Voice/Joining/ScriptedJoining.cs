using Parley.Server.Voice.Joining;
using Parley.Transfers;

namespace Parley.Server.Tests.Voice.Joining;

/// <summary>Other sessions, calls that can be joined and phones that can be asked, as a test says.</summary>
internal sealed class ScriptedJoining : ICallJoining
{
    public Dictionary<string, IJoinableSession> Others { get; } = [];

    /// <summary>Calls joined so far.</summary>
    public List<(Call One, Call Other, Joint Joint)> Joined { get; } = [];

    /// <summary>What joining fails with; null for nothing.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What phones were asked: to call an address, or to take the place of a call.</summary>
    public List<(Call Call, object Target, TransferOptions Options)> Asked { get; } = [];

    /// <summary>What becomes of it.</summary>
    public TaskCompletionSource<TransferOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IJoinableSession? Other(string? id) => id is null ? null : Others.GetValueOrDefault(id);

    public IJointCalls Join(Call one, Call other)
    {
        if (Fault is { } fault)
            throw fault;
        Joined.Add((one, other, new()));
        return Joined[^1].Joint;
    }

    public Task<TransferOutcome> TransferAsync(Call call, string target, TransferOptions options, CancellationToken cancel) => AskAsync(call, target, options);

    public Task<TransferOutcome> TransferAsync(Call call, Call other, TransferOptions options, CancellationToken cancel) => AskAsync(call, other, options);

    private Task<TransferOutcome> AskAsync(Call call, object target, TransferOptions options)
    {
        Asked.Add((call, target, options));
        return Outcome.Task;
    }

    /// <summary>Two calls that hear each other, as far as anybody knows.</summary>
    internal sealed class Joint : IJointCalls
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _partings;

        /// <summary>How often they were parted.</summary>
        public int Partings => Volatile.Read(ref _partings);

        /// <summary>One of the two ends.</summary>
        public void End() => _ended.SetResult();

        public Task WaitAsync() => _ended.Task;

        public ValueTask DisposeAsync()
        {
            Interlocked.Increment(ref _partings);
            return default;
        }
    }
}

/// <summary>Another session with a call.</summary>
/// <param name="call">The call.</param>
/// <param name="bridging">What bridges it.</param>
internal sealed class OtherSession(Call call, SessionBridge bridging) : IJoinableSession
{
    public Call? Call => call;

    public SessionBridge Bridging => bridging;

    /// <summary>Why it was ended; null while it was not.</summary>
    public string? Killed { get; private set; }

    public void Kill(string reason) => Killed = reason;
}
