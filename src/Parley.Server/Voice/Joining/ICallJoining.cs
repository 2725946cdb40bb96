using Parley.Transfers;

namespace Parley.Server.Voice.Joining;

/// <summary>What the joining of a session's call with others stands on: the other sessions, and what calls can do with each other.</summary>
internal interface ICallJoining
{
    /// <summary>Another session with an answered call; null when there is none of that id.</summary>
    IJoinableSession? Other(string? id);

    /// <summary>Lets two calls hear each other, beside what is said in each.</summary>
    /// <exception cref="CallMediaException">One of them has no audio.</exception>
    /// <exception cref="CallEndedException">One of them has ended.</exception>
    /// <exception cref="InvalidOperationException">One of them is joined with another.</exception>
    IJointCalls Join(Call one, Call other);

    /// <summary>Has a call's phone call somebody else.</summary>
    Task<TransferOutcome> TransferAsync(Call call, string target, TransferOptions options, CancellationToken cancel);

    /// <summary>Has a call's phone take the place of another call.</summary>
    Task<TransferOutcome> TransferAsync(Call call, Call other, TransferOptions options, CancellationToken cancel);
}

/// <summary>Another session, as those see it whose calls are joined with its call.</summary>
internal interface IJoinableSession
{
    /// <summary>Its call; null while there is none.</summary>
    Call? Call { get; }

    /// <summary>What bridges it.</summary>
    SessionBridge Bridging { get; }

    /// <summary>Ends its call.</summary>
    /// <param name="reason">Why, for its last event.</param>
    void Kill(string reason);
}

/// <summary>Two calls that hear each other, until this is disposed of.</summary>
internal interface IJointCalls : IAsyncDisposable
{
    /// <summary>Completes when one of them has ended.</summary>
    Task WaitAsync();
}
