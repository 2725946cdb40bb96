using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Services.Proxy;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transfers;
using Parley.Transfers;

namespace Parley.Interop.Tests.Flows;

// Services (RFC 5359): holding, transferring, parking, picking up.
internal static partial class FlowHosts
{
    private static FlowHost? WithService(string name, Func<string, string> uri, string[] words) => name switch
    {
        // Everybody is called by name.
        "exchange" => new() { Options = agent => agent with { Router = Exchange(uri) } },
        "proxy-screening" => new()
        {
            Options = agent => agent with { Router = Proxy(new ProxyOptions(), request => ProxyVerdict.Refuse(403, "Screening Failure")) },
        },
        "calls-holds-and-resumes" => Calls(async (stage, dialog) =>
        {
            await dialog.HoldAsync();
            stage.Expect(dialog.IsHeldByUs, "the dialog does not know that it holds");
            await dialog.ResumeAsync();
            stage.Expect(!dialog.OnHold, "the dialog does not know that it has resumed");
            await dialog.DestroyAsync();
        }),
        "answers-and-holds-with-music" => Answers(HoldWithMusicAsync),
        "answers-and-changes-in-vain" => Answers(async (stage, dialog) =>
        {
            var result = await dialog.TryModifyAsync(new() { Sdp = FlowStage.Sdp(version: 2) });
            stage.Expect(!result.IsSuccess, "a change of a call that is over was taken for a success");
        }),
        "answers-and-refers" => Answers(async (stage, dialog) =>
        {
            var refer = await dialog.ReferAsync("sip:carol@127.0.0.1");
            var end = await refer.Ended;
            stage.Expect(end.Kind == ReferEndKind.Succeeded, $"the transfer ended as {end}");
            await dialog.DestroyAsync();
        }),
        "answers-and-lets-replace" => Serves(async (stage, invite, cancel) =>
        {
            var dialog = await stage.Agent.CreateUasAsync(invite, Plain(stage), cancel);
            if (invite.Replaced is { } old)
                old.End();
            else
                stage.Keys["replaces"] = new Replaces(dialog.Sip.CallId, dialog.Sip.LocalTag, dialog.Sip.RemoteTag).ToString();
        }),
        "calls-and-lets-replace" => Calls(async (stage, dialog) =>
        {
            stage.Keys["replaces"] = new Replaces(dialog.Sip.CallId, dialog.Sip.LocalTag, dialog.Sip.RemoteTag).ToString();
            await dialog.WaitForEndAsync(stage.Stop);
        }) with
        {
            Routes = stage => new() { OnInvite = stage.Guarded<InviteRequest>((invite, cancel) => TakeReplacementAsync(stage, invite, cancel)) },
        },
        "calls-and-lets-pick-up" => new()
        {
            Routes = stage => new() { OnInvite = stage.Guarded<InviteRequest>((invite, cancel) => TakeReplacementAsync(stage, invite, cancel)) },
            Act = CallAndLetPickUpAsync,
        },
        "calls-and-is-transferred" => Calls((stage, dialog) => dialog.WaitForEndAsync(stage.Stop), (stage, options) => options with { Handlers = FollowsRefer(stage) }),
        "calls-and-adds" => new() { Act = CallAndAddAsync },
        "b2bua-and-transfers" => Serves(async (stage, invite, cancel) =>
        {
            var pair = await stage.Agent.CreateB2buaAsync(invite, stage.UriOf(words[0]), null, cancel);
            await Task.Delay(500, stage.Stop);
            var outcome = await pair.TransferAsync(pair.Uas, stage.UriOf(words[1]), new TransferOptions { Mode = TransferMode.ByServer }, stage.Stop);
            stage.Expect(outcome.IsSuccess, $"the transfer ended with {outcome}");
            await Task.Delay(500, stage.Stop);
            await pair.DestroyAsync();
        }),
        "b2bua-and-joins" => Joins(),
        "redials" => new() { Act = RedialAsync },
        "refers" => new()
        {
            Act = async stage =>
            {
                var refer = stage.Agent.Endpoint.Refer(new() { Target = SipUri.Parse(stage.UriOf(words[0])), ReferTo = SipAddress.Parse($"<sip:{words[1]}@127.0.0.1>") });
                var end = await refer.Ended;
                stage.Expect(end.Kind == ReferEndKind.Succeeded, $"the call ended as {end}");
            },
        },
        _ => null,
    };

    private static SipProxy Exchange(Func<string, string> uri) => Proxy(new ProxyOptions(), request =>
    {
        var name = SipUri.Parse(System.Text.Encoding.UTF8.GetString(request.RequestUri)).User!;
        request.AddTarget(new() { Uri = SipUri.Parse(uri(name)) });
        return ProxyVerdict.Forward;
    });

    private static FlowHost Answers(Func<FlowStage, InviteDialog, Task> use) => Serves((stage, invite, cancel) => stage.Agent.CreateUasAsync(
        invite, Plain(stage) with { Handlers = new() { OnAck = (dialog, _) => Begin(stage, () => use(stage, dialog)) } }, cancel));

    // RFC 5359 §2.3: the source of music is called without an offer; what it offers is offered to whoever is held, whose answer it gets in the ACK.
    private static async Task HoldWithMusicAsync(FlowStage stage, InviteDialog alice)
    {
        var music = await stage.Agent.CreateUacAsync(stage.UriOf("music"), new()
        {
            SdpFor = async (offer, cancel) => await alice.ModifyAsync(new SessionChange { Sdp = offer }, cancel),
        });
        await Task.Delay(300);
        await alice.ModifyAsync(FlowStage.Sdp(version: 9));
        await music.DestroyAsync();
        await alice.DestroyAsync();
    }

    private static async Task TakeReplacementAsync(FlowStage stage, InviteRequest invite, CancellationToken cancel)
    {
        stage.Expect(invite.Replaced is not null, "the INVITE replaces nothing");
        await stage.Agent.CreateUasAsync(invite, Plain(stage), cancel);
        invite.Replaced?.End();
    }

    private static async Task CallAndLetPickUpAsync(FlowStage stage)
    {
        var attempt = stage.Agent.StartUac(stage.UriOf("bob"), new()
        {
            Sdp = FlowStage.Sdp(),
            OnProgress = progress =>
            {
                var response = progress.Response;
                string Tag(HeaderId header) => System.Text.RegularExpressions.Regex.Match(response.GetString(header)!, "tag=([^;]+)").Groups[1].Value;
                // From outside, our tag is the one the new call's To side has.
                stage.Keys["replaces"] = new Replaces(response.GetString(HeaderId.CallId)!, Tag(HeaderId.From), Tag(HeaderId.To)).ToString();
            },
        });
        try
        {
            await attempt.Answered;
            stage.Problem("the call that was picked up was answered");
        }
        catch (DialogException e)
        {
            stage.Expect(e.Status == 487, $"the call that was picked up ended with {e.Status}");
        }
    }

    private static DialogHandlers FollowsRefer(FlowStage stage) => new()
    {
        OnRefer = async (dialog, refer) =>
        {
            await refer.AcceptAsync();
            List<SipHeader> headers = [.. refer.TargetHeaders];
            if (refer.ReferredBy is { } by)
                headers.Add(new("Referred-By", by.ToString()));
            var result = await stage.Agent.TryCreateUacAsync(refer.Target.ToString(), new() { Sdp = FlowStage.Sdp(), Headers = headers });
            await refer.ReportAsync(result.Status);
            if (result.Dialog is { } carol)
            {
                await dialog.WaitForEndAsync(stage.Stop);
                await carol.DestroyAsync();
            }
        },
    };

    private static async Task CallAndAddAsync(FlowStage stage)
    {
        var alice = await stage.Agent.CreateUacAsync(stage.UriOf("alice"), new() { Sdp = FlowStage.Sdp() });
        var carol = await stage.Agent.CreateUacAsync(stage.UriOf("carol"), new() { Sdp = FlowStage.Sdp() });
        // The audio of both comes from the mixer now.
        await alice.ModifyAsync(FlowStage.Sdp(version: 2));
        await Task.Delay(300);
        await alice.DestroyAsync();
        await carol.DestroyAsync();
    }

    private static FlowHost Joins()
    {
        var first = new TaskCompletionSource<B2bua>(TaskCreationOptions.RunContinuationsAsynchronously);
        return Serves(async (stage, invite, cancel) =>
        {
            var pair = await stage.Agent.CreateB2buaAsync(invite, stage.UriOf(invite.ToUser), null, cancel);
            if (first.TrySetResult(pair))
                return;
            var other = await first.Task;
            await Task.Delay(300, stage.Stop);
            var outcome = await other.TransferAsync(other.Uac, pair, pair.Uac, null, stage.Stop);
            stage.Expect(outcome.IsSuccess, $"the transfer ended with {outcome}");
            await Task.Delay(300, stage.Stop);
            await other.DestroyAsync();
        });
    }

    private static async Task RedialAsync(FlowStage stage)
    {
        var busy = await stage.Agent.TryCreateUacAsync(stage.UriOf("bob"), new() { Sdp = FlowStage.Sdp() });
        stage.Expect(busy.Status == 486, $"the first call ended with {busy.Status}");
        await using (await stage.Agent.CreateSubscriberAsync(new() { Target = SipUri.Parse(stage.UriOf("bob-state")), Event = "dialog" }))
        {
            // The first NOTIFY says that bob's dialog is over.
        }
        var dialog = await stage.Agent.CreateUacAsync(stage.UriOf("bob-again"), new() { Sdp = FlowStage.Sdp() });
        await dialog.DestroyAsync();
    }
}
