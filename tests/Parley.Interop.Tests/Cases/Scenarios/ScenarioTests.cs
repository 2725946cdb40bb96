using Parley.Interop.Tests.Harness;
using Parley.Testing.Local;

namespace Parley.Interop.Tests.Cases.Scenarios;

/// <summary>Scenarios test other people's servers, and other people's phones are one end of them.</summary>
public sealed class ScenarioTests
{
    [Theory]
    [InlineData("register.rhai")]
    [InlineData("calls.rhai")]
    [InlineData("transfer.rhai")]
    public async Task Kamailio_is_registrar_and_proxy(string script)
    {
        var port = Ports.Take();
        await using var kamailio = await Kamailio.StartAsync("accounts", "127.0.0.1", port);
        await ScenarioHost.AssertPassesAsync(Path.Combine(ScenarioHost.Folder("kamailio"), script), null, ("SIP_DOMAIN", $"127.0.0.1:{port}"));
    }

    [Fact]
    public async Task The_samples_run_through_kamailio()
    {
        var port = Ports.Take();
        await using var kamailio = await Kamailio.StartAsync("accounts", "127.0.0.1", port);
        (string, string)[] accounts = [.. ((string[])["A", "B", "C", "CALLER", "CALLEE"]).SelectMany(name => ((string, string)[])[($"{name}_USER", name.ToLowerInvariant()), ($"{name}_PASS", "secret")])];
        foreach (var sample in (string[])["two-party.rhai", "suite.rhai", "three-party-transfer.rhai"])
            await ScenarioHost.AssertPassesAsync(Path.Combine(ScenarioHost.Samples, sample), null, [("SIP_DOMAIN", $"127.0.0.1:{port}"), .. accounts]);
    }

    [Fact]
    public async Task Baresip_is_the_other_of_two_parties()
    {
        await using var registrar = await LocalServer.StartAsync();
        await using var phone = await Baresip.StartAsync(new() { Account = new("phone", registrar.Domain) });
        await ScenarioHost.AssertPassesAsync(Path.Combine(ScenarioHost.Folder("baresip"), "two-party.rhai"), registrar.Domain, ("PHONE_USER", "phone"));
        await phone.WaitForDigitsAsync("12#", TimeSpan.FromSeconds(30));
        Assert.Equal("12#", phone.Digits);
    }

    [Theory]
    [InlineData("suite.rhai")]
    [InlineData("three-party-transfer.rhai")]
    [InlineData("snippets.rhai")]
    public async Task Baresip_is_one_end_of_calls_refusals_holds_and_transfers(string script)
    {
        await using var registrar = await LocalServer.StartAsync();
        await using var phone = await HandledPhone.StartAsync(registrar);
        await ScenarioHost.AssertPassesAsync(Path.Combine(ScenarioHost.Folder("baresip"), script), registrar.Domain, ("PHONE_USER", "phone"), ("PHONE_URL", phone.Url));
    }
}
