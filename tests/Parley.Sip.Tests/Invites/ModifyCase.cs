using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Tests.Endpoint.Support;

namespace Parley.Sip.Tests.Invites;

/// <summary>A call whose changes are noted, with what became of them.</summary>
public abstract class ModifyCase
{
    private protected EndpointStage Stage { get; } = new();

    private protected List<ModifyResult> Results { get; } = [];

    private protected static SipBody Sdp(string text) => new("application/sdp", text);

    private protected Modification Modify(InviteSession session, ModifyOptions options)
    {
        Modification? change = null;
        Stage.OnLane(() => change = session.Modify(options, result =>
        {
            Stage.Timeline.Add($"app changed {result.Status}");
            Results.Add(result with { Message = result.Message?.ToOwned() });
        }));
        return change!;
    }
}
