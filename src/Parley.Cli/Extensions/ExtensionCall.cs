using Parley.Cli.Terminal;

namespace Parley.Cli.Extensions;

/// <summary>What all extensions share.</summary>
/// <param name="Agent">Dials, for bridges.</param>
/// <param name="Log">Lines for whoever watches.</param>
/// <param name="Bridges">Whom callers may be bridged to.</param>
/// <param name="Recordings">Where recordings go.</param>
/// <param name="Time">The clock that limits are counted on.</param>
internal sealed record ExtensionServices(UserAgent Agent, ServeLog Log, BridgePolicy Bridges, RecordingFolder Recordings, TimeProvider Time);

/// <summary>A call to an extension.</summary>
/// <param name="Incoming">The call.</param>
/// <param name="Argument">What was dialled after the extension's name.</param>
/// <param name="Services">What it may use.</param>
internal sealed record ExtensionCall(IncomingCall Incoming, string Argument, ExtensionServices Services)
{
    /// <summary>Samples per second of the call's codec, so that what is made for it need not be resampled.</summary>
    public int SampleRate => Incoming.Codec?.SampleRate ?? 8000;

    public void Log(string what) => Services.Log.Write(Incoming, what);

    /// <summary>Refuses the call and says why in the log; the caller, who may be anybody, gets the status alone.</summary>
    public Task RefuseAsync(int status, string why, CancellationToken cancel)
    {
        Log($"refused with {status}: {why}");
        return Incoming.RejectAsync(status, null, cancel);
    }
}
