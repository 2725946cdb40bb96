using Parley.Testing.Agents;
using Parley.Testing.Programs;

namespace Parley.Testing.Tests.Programs;

/// <summary>Programs of scenarios that are run by themselves.</summary>
public sealed class ScenarioProgramTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName() + ".cs";

    public ScenarioProgramTests() => File.WriteAllText(_file, "");

    [Fact]
    public async Task With_local_it_brings_a_registrar_and_accounts()
    {
        var program = new ScenarioProgram(_file);
        program.Scenario("registers", async context =>
        {
            var a = await context.AddAgentAsync("A", new AgentOptions
            {
                Username = context.Environment.Get("A_USER"), Password = context.Environment.Get("A_PASS"), Domain = context.Environment.Get("SIP_DOMAIN"),
            });
            await context.UntilAsync(() => context.Expect(a.Registered).IsTrue(), TimeSpan.FromSeconds(30));
        });
        Assert.Equal(0, await program.RunAsync(["--local"]));
        Assert.Equal(1, await program.RunAsync([]));
    }

    [Theory]
    [InlineData("--remote")]
    [InlineData("--scenario")]
    public async Task What_makes_no_sense_is_2(string argument) => Assert.Equal(2, await new ScenarioProgram(_file).RunAsync([argument]));

    public void Dispose()
    {
        File.Delete(_file);
        File.Delete(Path.ChangeExtension(_file, null));
    }
}
