using System.Text;
using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Interop.Tests.Flows;

/// <summary>The hosts of the flows by the names their files use: each is what an application would write.</summary>
internal static partial class FlowHosts
{
    private static readonly DigestCredentials Credentials = new() { Username = "parley", Password = "secret" };

    /// <summary>Finds a host.</summary>
    /// <param name="name">As the flow's host line says.</param>
    /// <param name="uri">Where a party is called.</param>
    /// <param name="words">What follows the name.</param>
    public static FlowHost Named(string name, Func<string, string> uri, string[] words) => name switch
    {
        "answers" => Serves((stage, invite, cancel) => stage.Agent.CreateUasAsync(invite, Plain(stage), cancel)),
        "answers-after" => Serves(async (stage, invite, cancel) =>
        {
            await invite.ProgressAsync();
            await Task.Delay(Number(words[0]), cancel);
            await stage.Agent.CreateUasAsync(invite, Plain(stage), cancel);
        }),
        "answers-and-hangs-up" => Serves((stage, invite, cancel) => stage.Agent.CreateUasAsync(
            invite, Plain(stage) with { Handlers = new() { OnAck = (dialog, _) => Begin(stage, () => dialog.DestroyAsync()) } }, cancel)),
        "answers-green" => Serves((stage, invite, cancel) => stage.Agent.CreateUasAsync(invite, Plain(stage) with { Headers = [new("X-Color", "green")] }, cancel)),
        "answers-reliably" => Serves(async (stage, invite, cancel) =>
        {
            await invite.ProgressAsync(180, new() { Reliability = Reliability.Always });
            await Task.Delay(300, cancel);
            await stage.Agent.CreateUasAsync(invite, Plain(stage), cancel);
        }),
        "answers-and-changes" => Serves((stage, invite, cancel) => stage.Agent.CreateUasAsync(invite, Plain(stage) with
        {
            Handlers = new()
            {
                OnAck = (dialog, _) => Begin(stage, async () =>
                {
                    await dialog.ModifyAsync(FlowStage.Sdp(version: 2));
                    await dialog.DestroyAsync();
                }),
            },
        }, cancel)),
        "answers-and-hangs-up-after-change" => Serves((stage, invite, cancel) => stage.Agent.CreateUasAsync(invite, Plain(stage) with
        {
            Handlers = new()
            {
                OnModify = async (dialog, change) =>
                {
                    stage.Expect(change.Kind == ModificationKind.OfferWanted, $"the re-INVITE was taken for {change.Kind}");
                    await change.AcceptAsync();
                    _ = Task.Delay(700).ContinueWith(_ => dialog.DestroyAsync(), TaskScheduler.Default);
                },
            },
        }, cancel)),
        "rings" => Serves(async (stage, invite, cancel) =>
        {
            await invite.ProgressAsync();
            await Task.Delay(Timeout.Infinite, cancel);
        }),
        "rejects" => Serves((_, invite, _) => invite.RejectAsync(Number(words[0]))),
        "rejects-scanners" => Serves((stage, invite, cancel) => invite.Header("User-Agent")?.Contains("sip-scan", StringComparison.Ordinal) == true
            ? invite.RejectAsync(603) : stage.Agent.CreateUasAsync(invite, Plain(stage), cancel)),
        "b2bua" => Serves((stage, invite, cancel) => stage.Agent.CreateB2buaAsync(invite, stage.UriOf(words[0]), new()
        {
            PassRequestHeaders = HeaderPassing.Only("Subject", "X-Color"), PassResponseHeaders = HeaderPassing.Only("Subject", "X-Color"),
        }, cancel)),
        // What stands at the border of a network gives each side a description of its own.
        "b2bua-with-own-sdp" => Serves((stage, invite, cancel) => stage.Agent.CreateB2buaAsync(
            invite, stage.UriOf(words[0]), new() { SdpForA = (sdp, _) => new(Own(sdp)), SdpForB = (sdp, _) => new(Own(sdp)) }, cancel)),
        "notifies-twice" => new()
        {
            Routes = stage => new()
            {
                OnSubscribe = stage.Guarded<SubscribeRequest>(async (subscribe, over) =>
                {
                    var dialog = await stage.Agent.CreateUasAsync(subscribe, new() { State = _ => new("text/plain", "first") });
                    await Task.Delay(500, over);
                    var second = await dialog.NotifyAsync(new SipBody("text/plain", "second"));
                    stage.Expect(second.Status == 200, $"the second NOTIFY was answered {second.Status}");
                }),
            },
        },
        "calls" => Calls(async (stage, dialog) =>
        {
            await Task.Delay(300);
            await dialog.DestroyAsync();
        }),
        "calls-with-subject" => Calls(
            async (stage, dialog) =>
            {
                stage.Expect(dialog.Answer?.GetString("Subject") == "parley", "the Subject did not come back");
                await dialog.DestroyAsync();
            },
            (_, options) => options with { Headers = [new("Subject", "parley")] }),
        "calls-and-waits" => Calls((stage, dialog) => dialog.WaitForEndAsync(stage.Stop)),
        "calls-with-credentials" => Calls((stage, dialog) => dialog.DestroyAsync(), (_, options) => options with { Credentials = Credentials }),
        "calls-and-changes-with-credentials" => Calls(
            async (stage, dialog) =>
            {
                await dialog.ModifyAsync(FlowStage.Sdp("sendonly", 2));
                await dialog.DestroyAsync();
            },
            (_, options) => options with { Credentials = Credentials }),
        "calls-and-changes-three-times" => Calls(async (stage, dialog) =>
        {
            await Task.WhenAll(Enumerable.Range(2, 3).Select(version => dialog.ModifyAsync(FlowStage.Sdp(version: version))));
            await dialog.DestroyAsync();
        }),
        "calls-reliably" => Calls((stage, dialog) => dialog.DestroyAsync(), (_, options) => options with { Reliability = ReliableSupport.Required }),
        "calls-and-follows" => Calls((stage, dialog) => dialog.DestroyAsync(), (_, options) => options with { FollowRedirects = 1 }),
        "calls-in-vain" => new() { Act = CallInVainAsync },
        "calls-and-cancels" => new() { Act = CallAndCancelAsync },
        "registers" => new() { Act = RegisterAsync },
        _ => WithProxy(name, uri, words) ?? WithService(name, uri, words) ?? throw new ArgumentOutOfRangeException(nameof(name), name, "No host of that name"),
    };

    private static async Task CallInVainAsync(FlowStage stage)
    {
        var result = await stage.Agent.TryCreateUacAsync(stage.UriOf("bob"), new() { Sdp = FlowStage.Sdp(), Credentials = Credentials });
        stage.Expect(result.Status == Number(stage.Arguments[0]), $"the call ended with {result.Status} {result.Reason}");
    }

    private static async Task CallAndCancelAsync(FlowStage stage)
    {
        var attempt = stage.Agent.StartUac(stage.UriOf("bob"), new() { Sdp = FlowStage.Sdp() });
        await Task.Delay(500);
        attempt.Cancel("SIP;cause=200;text=\"Call completed elsewhere\"");
        try
        {
            await attempt.Answered;
            stage.Problem("the call was answered");
        }
        catch (DialogException e)
        {
            stage.Expect(e.Status == 487, $"the call ended with {e.Status}");
        }
    }

    private static async Task RegisterAsync(FlowStage stage)
    {
        var uri = stage.UriOf("registrar");
        var response = await stage.Agent.RequestAsync(new()
        {
            Method = SipMethod.Register, Target = SipUri.Parse(uri), From = SipAddress.Parse($"<{uri}>"), To = SipAddress.Parse($"<{uri}>"), Credentials = Credentials,
            Headers = [new("Expires", "600")],
        });
        stage.Expect(response.Status == 200, $"REGISTER was answered {response.Status}");
    }

    private static FlowHost Serves(Func<FlowStage, InviteRequest, CancellationToken, Task> serve)
        => new() { Routes = stage => new() { OnInvite = stage.Guarded<InviteRequest>((invite, cancel) => serve(stage, invite, cancel)) } };

    private static FlowHost Calls(Func<FlowStage, InviteDialog, Task> use, Func<FlowStage, UacOptions, UacOptions>? change = null) => new()
    {
        Act = async stage =>
        {
            var options = new UacOptions { Sdp = FlowStage.Sdp() };
            await use(stage, await stage.Agent.CreateUacAsync(stage.UriOf(stage.Arguments is [var who, ..] ? who : "bob"), change?.Invoke(stage, options) ?? options));
        },
    };

    private static UasOptions Plain(FlowStage stage) => new() { Sdp = FlowStage.Sdp() };

    private static async void Begin(FlowStage stage, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e)
        {
            stage.Problem($"{e}");
        }
    }

    private static string Own(string sdp) => System.Text.RegularExpressions.Regex.Replace(sdp, "o=[a-z]+ ", "o=alg ");

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
