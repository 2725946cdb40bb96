using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;

namespace Parley.Server.Voice.Sessions;

/// <summary>
/// What is wrong with single options, and errors that are not the call's own. Clients that wait for an answer take an error for the end of the call: these are told behind it.
/// </summary>
internal sealed class HeldBack
{
    // As many as the parts of a call can have while it rings; further ones are told at once.
    private const int MaxErrors = 256;

    private readonly List<ErrorEvent> _errors = [];

    /// <summary>What of the options cannot be honoured.</summary>
    public List<VoiceProblem> Problems { get; } = [];

    /// <summary>Whether errors wait, too: somebody is being called.</summary>
    public bool HoldsErrors { get; set; }

    /// <summary>Keeps an error with its time; false when it is to be told now.</summary>
    public bool TryHold(ErrorEvent error, DateTimeOffset now)
    {
        if (!HoldsErrors || error.Sender == "invite" || _errors.Count >= MaxErrors)
            return false;
        _errors.Add(error.Timestamp == 0 ? error with { Timestamp = now.ToUnixTimeMilliseconds() } : error);
        return true;
    }

    /// <summary>All of it, in its order; nothing is held from now on.</summary>
    public (IReadOnlyList<VoiceProblem> Problems, IReadOnlyList<ErrorEvent> Errors) Release()
    {
        HoldsErrors = false;
        (VoiceProblem[] Problems, ErrorEvent[] Errors) all = ([.. Problems], [.. _errors]);
        Problems.Clear();
        _errors.Clear();
        return all;
    }
}
