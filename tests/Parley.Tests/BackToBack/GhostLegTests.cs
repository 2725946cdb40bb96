using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Tests.Dialogs;
using Parley.Tests.Support;

namespace Parley.Tests.BackToBack;

/// <summary>Whatever the caller does, at whatever moment, nobody is left on the line: each run must end with nothing left of either leg.</summary>
public class GhostLegTests
{
    public static TheoryData<int, bool> Moments => [.. from moment in Enumerable.Range(0, 30) from anchored in (bool[])[false, true] select (moment * 20, anchored)];

    [Theory]
    [MemberData(nameof(Moments))]
    public void The_caller_gives_up_at_any_moment(int milliseconds, bool anchored) => DialogStage.Run(async stage =>
    {
        stage.Serve(new DialogRoutes
        {
            OnInvite = async (invite, cancel) =>
            {
                await stage.Delay(0.1);
                await stage.Agent.CreateB2buaAsync(invite, stage.Bob.Uri, anchored ? new B2buaOptions { Media = new() } : Slow(stage), cancel);
            },
        });
        var bob = AnswerAsync(stage);
        var call = stage.Alice.Invite(stage.Alice.Sdp());
        await stage.Delay(milliseconds / 1000.0);
        stage.Alice.Cancel(call);
        await stage.Delay(2);
        // Answered before the CANCEL came: then the call is up, and is hung up as any.
        if (stage.Alice.Received.FirstOrDefault(m => Wire.Summary(m) == "200 INVITE") is { } ok)
        {
            stage.Alice.Within(ok, "ACK", 1);
            stage.Alice.Within(ok, "BYE", 2);
            await stage.Alice.Expect("200 BYE");
        }
        else
        {
            stage.Alice.AckRefusal(call, stage.Alice.Received.First(m => Wire.Summary(m) == "487 INVITE"));
        }

        await stage.Delay(5);
        bob.Stop();
        var heard = stage.Bob.Received.Select(Wire.Summary).ToHashSet();
        Assert.True(!heard.Contains("ACK") || heard.Contains("BYE") || heard.Contains("CANCEL"), $"Bob was left with a call: {string.Join(", ", heard)}");
    });

    // Descriptions that take their time, so that there are moments in the middle of one.
    private static B2buaOptions Slow(DialogStage stage) => new()
    {
        SdpForA = async (sdp, _) =>
        {
            await stage.Delay(0.05);
            return sdp;
        },
    };

    // Rings after 100 ms, answers after 300, and does what is right about all that comes after.
    private static Answering AnswerAsync(DialogStage stage)
    {
        var answering = new Answering();
        _ = RunAsync(stage, answering);
        return answering;
    }

    private static async Task RunAsync(DialogStage stage, Answering answering)
    {
        string? invite = null;
        var since = 0;
        var state = 0;
        for (var seen = 0; !answering.IsOver; since++)
        {
            await stage.Delay(0.01);
            var all = stage.Bob.Received;
            for (; seen < all.Count; seen++)
            {
                switch (Wire.Summary(all[seen]))
                {
                    case "INVITE" when invite is null:
                        invite = all[seen];
                        since = 0;
                        break;
                    case "CANCEL":
                        stage.Bob.Respond(all[seen], "200 OK");
                        if (state < 2)
                            stage.Bob.Respond(invite!, "487 Request Terminated");
                        state = 3;
                        break;
                    case "BYE":
                        stage.Bob.Respond(all[seen], "200 OK");
                        break;
                    default:
                        break;
                }
            }

            if (invite is null)
                continue;
            if (state == 0 && since >= 10)
                stage.Bob.Respond(invite, "180 Ringing");
            if (state == 1 && since >= 30)
                stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
            state = state switch { 0 when since >= 10 => 1, 1 when since >= 30 => 2, _ => state };
        }
    }

    private sealed class Answering
    {
        public bool IsOver { get; private set; }

        public void Stop() => IsOver = true;
    }
}
