using Parley.Speech.Output;

namespace Parley.Server.Voice.Sound;

/// <summary>
/// What is to happen behind a playback that is heard to its end: the call is hung up, or an input is waited for. A rule belongs to one playback: what takes its place has
/// none of it, and an interruption ends it. Not for several threads.
/// </summary>
internal sealed class PlaybackRules
{
    private readonly Dictionary<OutputLayer, Rule> _rules = []; // those that sound: as many as there are layers

    /// <summary>Adds what a command says to the rule of its playback; what it does not say stays.</summary>
    /// <param name="playback">Where it is heard.</param>
    /// <param name="hangUp">True hangs up behind it.</param>
    /// <param name="waitInput">Milliseconds to wait for an input behind it; null or 0 for not.</param>
    public void Add(OutputLayer playback, bool? hangUp, uint? waitInput)
    {
        if (hangUp != true && waitInput is null or 0)
            return;
        var rule = _rules.GetValueOrDefault(playback) ?? new(false, null);
        _rules[playback] = new(rule.HangUp || hangUp == true, waitInput is > 0 and var wait ? TimeSpan.FromMilliseconds(wait) : rule.WaitInput);
    }

    /// <summary>The rule of a playback that has ended, and is gone with it; null when nothing is to be done.</summary>
    public Rule? Take(OutputLayer playback, LayerEnd end) => _rules.Remove(playback, out var rule) && end == LayerEnd.Finished ? rule : null;

    /// <summary>A playback was interrupted: nothing follows it, though it may still come to its end.</summary>
    public void Forget(OutputLayer playback) => _rules.Remove(playback);

    /// <summary>Behind a playback.</summary>
    /// <param name="HangUp">The call ends.</param>
    /// <param name="WaitInput">How long an input is waited for; null for not.</param>
    public sealed record Rule(bool HangUp, TimeSpan? WaitInput);
}
