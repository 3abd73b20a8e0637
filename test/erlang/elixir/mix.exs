# SPDX-License-Identifier: ISC
defmodule Sniff.MixProject do
  use Mix.Project

  def project do
    [
      app: :sniff,
      version: "0.1.0",
      elixir: "~> 1.14",
      deps: [{:wirebeam, path: System.fetch_env!("WIREBEAM_SOURCE"), manager: :rebar3}]
    ]
  end

  def application, do: [extra_applications: [:logger]]
end
