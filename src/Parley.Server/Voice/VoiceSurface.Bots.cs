using Parley.Contracts.Voice.Commands;
using Parley.Server.Voice.Incoming;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Voice;

/// <content>Calls that a bot answers, with no program at all.</content>
public sealed partial class VoiceSurface
{
    /// <summary>Names of the bots there are.</summary>
    public IReadOnlyCollection<string> Bots => [.. _core.Bots.Keys];

    /// <summary>Lets a bot answer an incoming call and lead it to its end. The session is listed, and can be followed and commanded over HTTP like any other. Past the limit of sessions the call is refused with 503.</summary>
    /// <param name="call">The call; its handler may return when this does.</param>
    /// <param name="bot">One of <see cref="Bots"/>.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="ArgumentException">There is no such bot.</exception>
    public async Task ServeBotAsync(IncomingCall call, string bot, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(bot);
        if (!_core.Bots.ContainsKey(bot))
            throw new ArgumentException($"There is no bot '{bot}'; there are: {string.Join(", ", _core.Bots.Keys)}.", nameof(bot));
        var id = Guid.NewGuid().ToString("N");
        var (session, status) = _core.Enter(id, _ => new(_core, id, VoiceKind.Sip, DefaultBotTrack, DumpOf(id, null), new PendingCall(id, call)));
        if (session is null)
        {
            await RefuseAsync(call, status);
            return;
        }

        session.ServeAlone(new AcceptCommand { Option = new() { Bot = bot } });
        // A handler's token fires with the end of its call, too, which the session tells by itself.
        await using (cancel.UnsafeRegister(
            _ =>
            {
                if (!call.Ended.IsCancellationRequested)
                    session.Kill("ServerUnavailable");
            },
            null))
        {
            await session.Over;
        }
    }
}
